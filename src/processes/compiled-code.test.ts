import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { compileAhead, compiledCodeFolder } from './compiled-code.ts';
import type { Role } from './messages.ts';

const folder = mkdtempSync(join(tmpdir(), 'sallyport-'));
after(() => rmSync(folder, { recursive: true }));
const LONG_AGO = new Date(0);

/** A program with one file, which has been there for long. */
function program(name: string): { readonly entry: string; readonly kept: string } {
  const entry = join(folder, name, 'src', 'main.ts');
  const kept = join(folder, name, 'node_modules', '.cache', 'sallyport');
  mkdirSync(join(entry, '..'), { recursive: true });
  mkdirSync(kept, { recursive: true });
  writeFileSync(entry, '');
  utimesSync(entry, LONG_AGO, LONG_AGO);
  return { entry, kept };
}

async function compile(entry: string, script: string): Promise<readonly (readonly Role[])[]> {
  const asked: (readonly Role[])[] = [];
  const spawned = (roles: readonly Role[]): ReturnType<typeof spawn> => {
    asked.push(roles);
    return spawn(process.execPath, ['-e', script], { stdio: 'ignore' });
  };
  const compiler = compileAhead({ entry, spawn: spawned, afterMs: 0 });
  await compiler.done;
  compiler.close();
  return asked;
}

test('what has changed since is compiled once', async () => {
  const { entry, kept } = program('once');
  assert.deepEqual(await compile(entry, ''), [['worker'], ['keeper', 'console']]);
  assert.equal(readdirSync(kept).length, 2);
  assert.deepEqual(await compile(entry, ''), []);
  const later = new Date(Date.now() + 60_000);
  utimesSync(entry, later, later);
  assert.equal((await compile(entry, '')).length, 2);
});

test('what could not be compiled is compiled the next time', async () => {
  const { entry, kept } = program('failed');
  assert.equal((await compile(entry, 'process.exit(1)')).length, 2);
  assert.deepEqual(readdirSync(kept), []);
  assert.equal((await compile(entry, '')).length, 2);
});

test('whoever ends meanwhile leaves no process behind', async () => {
  const { entry, kept } = program('ended');
  const pids: (number | undefined)[] = [];
  const compiler = compileAhead({
    entry,
    afterMs: 0,
    spawn: () => {
      const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
      pids.push(child.pid);
      return child;
    },
  });
  while (pids.length === 0) await sleep(10);
  compiler.close();
  await compiler.done;
  assert.equal(pids.length, 1);
  assert.deepEqual(readdirSync(kept), []);
});

test('a program without libraries beside it keeps nothing', async () => {
  const entry = join(folder, 'bare', 'src', 'main.ts');
  assert.equal(compiledCodeFolder(entry), undefined);
  assert.deepEqual(await compile(entry, ''), []);
  assert.equal(existsSync(join(folder, 'bare')), false);
});
