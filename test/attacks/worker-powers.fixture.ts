// What somebody who has taken over a worker would try. Runs with a worker's flags, tries everything, prints what came of it as JSON.

import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';

const [dataFolder = '', auditFolder = ''] = process.argv.slice(2);
const outcomes: Record<string, string> = {};

const attempt = (name: string, step: () => unknown): void => {
  try {
    step();
    outcomes[name] = 'done';
  } catch (error) {
    outcomes[name] = error instanceof Error && 'code' in error ? String(error.code) : 'refused';
  }
};

attempt('read the sealing keys', () => readFileSync(join(dataFolder, 'keys', 'seal-keys.json')));
attempt('read the store', () => readFileSync(join(dataFolder, 'state.sqlite')));
attempt('read the config', () => readFileSync(join(dataFolder, '..', 'sallyport.yaml')));
attempt('read the users of the machine', () => readFileSync('/etc/passwd'));
attempt("read another worker's records", () => readFileSync(join(dataFolder, 'audit', 'worker-9', 'claim')));
attempt("read another worker's envelopes", () => readFileSync(join(dataFolder, 'vault', 'worker-9', '2026-11-23', 'c.args.sealed')));
attempt('write beside its folder', () => writeFileSync(join(dataFolder, 'mine'), 'x'));
attempt('write a program', () => writeFileSync(join(dataFolder, '..', 'mine.sh'), 'x'));
attempt('start a program', () => spawn('ls'));
attempt('start a thread', () => new Worker('1', { eval: true }));
attempt('open a database', () =>
  Reflect.construct(createRequire(import.meta.url)('node:sqlite').DatabaseSync, [join(dataFolder, 'state.sqlite')]),
);
attempt('load native code', () => process.dlopen({ exports: {} }, '/usr/lib/x.node'));
attempt('open the inspector', () => createRequire(import.meta.url)('node:inspector').open(0));
attempt('write its own records', () => writeFileSync(join(auditFolder, 'probe'), 'x'));
process.stdout.write(JSON.stringify(outcomes));
setInterval(() => {}, 1_000);
