#!/usr/bin/env node
// The `sallyport` command. On a Node that is new enough it runs the program in this process; on an older one it starts it
// again under the Node that the checkout or the installed package brings. It decides nothing else.

import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { environmentWith, findNode, isNewEnough, launch, LaunchError, runInPlace } from '../scripts/launch.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

// A checkout has the source and runs it as it stands; a release has only the compiled form.
const mainUrl = [new URL('../src/main.ts', import.meta.url), new URL('../dist/main.js', import.meta.url)].find((url) =>
  existsSync(fileURLToPath(url)),
);

if (isNewEnough() && mainUrl !== undefined) {
  await import(mainUrl.href);
} else {
  await launch(() => {
    if (mainUrl === undefined) throw new LaunchError(`${root} holds neither src/main.ts nor dist/main.js: the installation is broken.`);
    const node = findNode(root);
    return runInPlace(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], environmentWith(node));
  });
}
