// Where the data folder of a config is, and nothing else of the config: commands need it while a secret is unset in their shell, or while
// the file is wrong and the running gateway is to be asked about it. It must never guess against what the file says: a guess could put a
// key into a store that no gateway reads.

import { dirname, resolve } from 'node:path';
import { isAlias, isMap, isScalar, parseDocument } from 'yaml';
import { fail, ok } from '../base/index.ts';
import type { Result } from '../base/index.ts';
import { dataSchema } from './data-schema.ts';
import { diskFiles } from './files.ts';
import { interpolate } from './template.ts';
import type { Env } from './template.ts';

/** A `data` key at the outermost level, as a line. */
const DATA_LINE = /^["']?data["']?\s*:/m;

/** The data folder, absolute; the default one beside the file when the file is not there or does not say. The error is a sentence. */
export function readDataFolder(file: string, env: Env): Result<string, string> {
  const text = diskFiles.read(file);
  if (text.ok) return dataFolderIn(text.value, file, env);
  return text.error === 'does not exist' ? ok(inFolderOf(file, undefined)) : fail(`The config ${file} ${text.error}.`);
}

/** The same, for a text that is or would be in this file. */
export function dataFolderIn(text: string, file: string, env: Env): Result<string, string> {
  // Errors are not looked at: what can be read of a broken file is enough, as long as this key is among it.
  const document = parseDocument(text, { prettyErrors: false, logLevel: 'silent', version: '1.2', schema: 'core' });
  const found = isMap(document.contents) ? document.contents.get('data', true) : undefined;
  const node: unknown = isAlias(found) ? found.resolve(document) : found;
  if (node === undefined || node === null) {
    return DATA_LINE.test(text)
      ? fail(`The config ${file} is too broken to say where its data folder is.`)
      : ok(inFolderOf(file, undefined));
  }
  const parsed = dataSchema.safeParse(isScalar(node) ? node.value : undefined);
  if (!isScalar(node) || !parsed.success) return fail(`In the config ${file}, data is not the path of a folder.`);
  const filled = interpolate(parsed.data, env);
  return filled.ok ? ok(inFolderOf(file, filled.value)) : fail(`In the config ${file}, data ${filled.error.message}.`);
}

function inFolderOf(file: string, data: string | undefined): string {
  return resolve(dirname(resolve(file)), dataSchema.parse(data));
}
