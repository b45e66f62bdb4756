// A thousand programs come and go, each in its own way, and nothing of them stays: neither a process nor a zombie that nobody waited for.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { startStdioServer } from './stdio-server.ts';
import type { StdioSpec } from './stdio-server.ts';

const STARTS = 1_000;
/** So many run at once. */
const ABREAST = 25;

const spec = (command: string, ...args: readonly string[]): StdioSpec => ({ name: 'life', command, args, env: {}, cwd: undefined });
const WAYS: readonly StdioSpec[] = [
  spec('cat'), // Ends when its stdin does.
  spec('sh', '-c', 'read line; echo "$line"; exit 3'), // Ends by itself.
  spec('sh', '-c', 'sleep 60 & echo ready; exit 0'), // Leaves a child behind.
  spec('sh', '-c', 'kill -9 $$'), // Dies before it says anything.
  spec('/nowhere/no-such-program'), // Never starts.
];
/** Ends only when it must; it takes three seconds, so there are few of them. */
const STUBBORN = spec('sh', '-c', 'trap "" TERM; sleep 60; sleep 60');

/** One life: started, told something, closed. Resolves when it is over, and says how often it was told to be over. */
async function live(one: StdioSpec, groups: Set<number>): Promise<number> {
  let exits = 0;
  const server = startStdioServer(one, {
    maxLineBytes: 1_000,
    onLine: () => {},
    onGroup: (pid) => groups.add(pid),
    onExit: () => exits++,
  });
  server.send(Buffer.from('hello'));
  await server.close();
  return exits;
}

interface Row {
  readonly pid: number;
  readonly state: string;
  readonly parent: number;
  readonly group: number;
}

function table(): readonly Row[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const stat = readFileSync(`/proc/${name}/stat`, 'latin1');
        const [state = '', parent, group] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
        return [{ pid: Number(name), state, parent: Number(parent), group: Number(group) }];
      } catch {
        return []; // It ended while we looked.
      }
    });
}

/** Children of this process, zombies included. */
const children = (): readonly Row[] => table().filter(({ parent }) => parent === process.pid);

test(`${STARTS} starts and stops leave no process and no zombie`, { skip: process.platform !== 'linux' }, async () => {
  const before = children();
  const groups = new Set<number>();
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < STARTS) {
      const way = WAYS[next++ % WAYS.length];
      assert.ok(way !== undefined);
      assert.equal(await live(way, groups), 1);
    }
  };
  const stubborn = Array.from({ length: 5 }, () => live(STUBBORN, groups));
  await Promise.all(Array.from({ length: ABREAST }, lane));
  await Promise.all(stubborn);
  while (children().length > before.length) await new Promise((resolve) => setTimeout(resolve, 10));
  assert.equal(children().length, before.length);
  // Their own children are not ours to wait for, but none of them may be left running.
  const left = (): readonly Row[] => table().filter(({ state, group }) => state !== 'Z' && groups.has(group));
  while (left().length > 0) await new Promise((resolve) => setTimeout(resolve, 10));
  assert.ok(groups.size > STARTS / 2);
});
