// What somebody would try who has taken over an inspector by what it was given to look into. Runs with an inspector's flags, tries everything, prints
// what came of it as JSON.

import { spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { lookup } from 'node:dns';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';

const [dataFolder = '', port = ''] = process.argv.slice(2);
const require = createRequire(import.meta.url);
const outcomes: Record<string, string> = {};

const attempt = async (name: string, step: (refused: (error: unknown) => void, done: () => void) => unknown): Promise<void> => {
  try {
    await new Promise<void>((resolve, reject) => void Promise.resolve(step(reject, resolve)).catch(reject));
    outcomes[name] = 'done';
  } catch (error) {
    outcomes[name] = error instanceof Error && 'code' in error ? String(error.code) : 'refused';
  }
};
const attemptNow = (name: string, step: () => unknown): Promise<void> =>
  attempt(name, (_, done) => {
    step();
    done();
  });

await attemptNow('read the sealing keys', () => readFileSync(join(dataFolder, 'keys', 'seal-keys.json')));
await attemptNow('read the records', () => readFileSync(join(dataFolder, 'audit', 'worker-0', 'claim')));
await attemptNow('read the snapshot', () => readFileSync(join(dataFolder, 'snapshot.json')));
await attemptNow('read the users of the machine', () => readFileSync('/etc/passwd'));
await attemptNow('list the data folder', () => readdirSync(dataFolder));
await attemptNow('write into the data folder', () => writeFileSync(join(dataFolder, 'mine'), 'x'));
await attemptNow('write beside the program', () => writeFileSync(join(import.meta.dirname, 'mine.ts'), 'x'));
await attemptNow('start a program', () => spawn('ls'));
await attemptNow('start a thread', () => new Worker('1', { eval: true }));
await attemptNow('start a thread without limits', () => new Worker('1', { eval: true, execArgv: [] }));
await attemptNow('open a database', () => Reflect.construct(require('node:sqlite').DatabaseSync, [join(dataFolder, 'state.sqlite')]));
await attemptNow('load native code', () => process.dlopen({ exports: {} }, '/usr/lib/x.node'));
await attemptNow('open the debugger', () => require('node:inspector').open(0));
await attempt('call somebody', (refused, done) => connect(Number(port), '127.0.0.1').on('error', refused).on('connect', done));
await attempt('use the admin socket', (refused, done) =>
  connect(join(dataFolder, 'run', 'admin.sock'))
    .on('error', refused)
    .on('connect', done),
);
await attempt('listen', (refused, done) => createServer().on('error', refused).listen(0, done));
await attempt('send a datagram', (refused, done) =>
  createSocket('udp4')
    .on('error', refused)
    .send('x', Number(port), '127.0.0.1', (error) => (error ? refused(error) : done())),
);
await attempt('ask for a name', (refused, done) => lookup('localhost', (error) => (error ? refused(error) : done())));
process.stdout.write(JSON.stringify(outcomes));
setInterval(() => {}, 1_000);
