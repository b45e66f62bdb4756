// Files in the repository that are made from the source: written by running this, compared by `npm run check`. A page that says
// something else than the program would be worse than none.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openApiDocument } from '../src/admin/index.ts';
import { renderCliReference } from '../src/cli/index.ts';
import { configJsonSchema } from '../src/config/index.ts';
import { renderAdminApiReference } from './admin-api-reference.ts';
import { renderConfigReference } from './config-reference.ts';
import { renderDetectorsReference } from './detectors-reference.ts';
import { print } from './tally.ts';
import type { Tally } from './tally.ts';

const GENERATED: readonly { readonly path: string; readonly render: () => string }[] = [
  { path: 'docs/openapi.json', render: () => `${JSON.stringify(openApiDocument(), null, 2)}\n` },
  { path: 'docs/reference/admin-api.md', render: renderAdminApiReference },
  { path: 'docs/reference/cli.md', render: renderCliReference },
  { path: 'docs/reference/config.md', render: renderConfigReference },
  { path: 'docs/reference/detectors.md', render: renderDetectorsReference },
  { path: 'sallyport.schema.json', render: () => `${JSON.stringify(configJsonSchema(), null, 2)}\n` },
];

/** Compares each file with what its source makes of it now. */
export function checkGenerated(root: string, tally: Tally): void {
  for (const { path, render } of GENERATED) {
    const same = read(join(root, path)) === render();
    if (same) tally.passed++;
    else tally.failed++;
    print(same ? `ok     generated ${path}` : `FAILED generated ${path}: node scripts/own-node.mjs scripts/generate.ts writes it anew`);
  }
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

if (import.meta.main) {
  const root = fileURLToPath(new URL('..', import.meta.url));
  for (const { path, render } of GENERATED) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), render());
    print(`wrote ${path}`);
  }
}
