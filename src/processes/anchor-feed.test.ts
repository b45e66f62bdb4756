// What an anchor is brought, and how it is gone on with one that does not take it.

import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { createLog, createMetrics } from '../telemetry/index.ts';
import { createAnchorFeed } from './anchor-feed.ts';
import type { AnchorFeed } from './anchor-feed.ts';
import { createAnchor } from './anchors.ts';

const NOW = 1_700_000_000_000;

interface Bench {
  readonly feed: AnchorFeed;
  readonly puts: (readonly string[])[];
  /** When it was tried, in seconds. */
  readonly tries: number[];
  readonly logged: string[];
  /** Why it takes nothing; undefined: it does. `hangs`: it does not come back. */
  fault: string | undefined;
  hangs: boolean;
  /** Offers the notes after so many milliseconds, and waits until they are taken or not. */
  after(ms: number, notes: Readonly<Record<string, string>>): Promise<void>;
}

function bench(): Bench {
  let elapsed = 0;
  const logged: string[] = [];
  const one: Bench = {
    puts: [],
    tries: [],
    logged,
    fault: undefined,
    hangs: false,
    feed: createAnchorFeed({
      name: 'other',
      anchor: {
        put: async (notes) => {
          one.tries.push(elapsed / 1_000);
          if (one.hangs) await new Promise(() => {});
          if (one.fault !== undefined) throw new Error(one.fault);
          one.puts.push(notes);
        },
      },
      everyMs: 10_000,
      nowMs: () => NOW + elapsed,
      steadyMs: () => elapsed,
      log: createLog({ process: 'test', level: 'info', format: 'json', clock: () => 0, write: (line) => logged.push(line) }),
      metrics: createMetrics(),
    }),
    after: async (ms, notes) => {
      elapsed += ms;
      one.feed.offer(new Map(Object.entries(notes)));
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
  return one;
}

test('it gets the newest note of each log that has one, once, and in its time', async () => {
  const one = bench();
  await one.after(0, { a: 'a1', b: 'b1' });
  await one.after(1_000, { a: 'a2', b: 'b1' });
  await one.after(8_999, { a: 'a3', b: 'b1' });
  assert.deepEqual(one.puts, [['a1', 'b1']]);
  await one.after(1, { a: 'a4', b: 'b1' });
  await one.after(60_000, { a: 'a4', b: 'b1' });
  assert.deepEqual(one.puts, [['a1', 'b1'], ['a4']]);
  assert.equal(one.feed.fault(), undefined);
});

test('one that takes nothing is tried again, less and less often, and gets what is newest then', async () => {
  const one = bench();
  one.fault = 'the disk is full';
  for (let second = 0; second <= 200; second++) await one.after(second === 0 ? 0 : 1_000, { a: `a${second}` });
  assert.deepEqual(one.tries, [0, 1, 3, 7, 15, 31, 63, 123, 183]);
  assert.equal(one.logged.length, 1, 'the same fault is one piece of news');
  assert.equal(one.feed.fault(), `The anchor 'other' has taken no checkpoint since ${new Date(NOW).toISOString()}: the disk is full.`);
  one.fault = undefined;
  for (let second = 0; second < 61; second++) await one.after(1_000, { a: 'last' });
  assert.deepEqual(one.puts, [['last']]);
  assert.equal(one.feed.fault(), undefined);
});

test('one that does not come back is said to hang, and is not started a second time', async () => {
  const one = bench();
  one.hangs = true;
  await one.after(0, { a: 'a1' });
  await one.after(30_000, { a: 'a2' });
  assert.equal(one.feed.fault(), undefined);
  await one.after(1, { a: 'a2' });
  assert.match(one.feed.fault() ?? '', /it does not come back\.$/);
});

test('a file gets whole notes, also behind one that was left unfinished', async (t) => {
  const file = join(folderFor(t), 'notes');
  writeFileSync(file, 'first half of a no');
  const anchor = createAnchor({ name: 'other', target: { kind: 'file', path: file }, residency: undefined });
  await anchor.put(['one\n', 'two\n']);
  await anchor.put(['three\n']);
  assert.equal(readFileSync(file, 'utf8'), 'first half of a no\none\n\ntwo\n\nthree\n');
});

test('a file that cannot be written, and a program that fails, say why and nothing else', async (t) => {
  const folder = folderFor(t);
  const anchorOf = (target: Parameters<typeof createAnchor>[0]['target']) => createAnchor({ name: 'other', target, residency: undefined });
  await assert.rejects(anchorOf({ kind: 'file', path: join(folder, 'none', 'notes') }).put(['one\n']), {
    message: 'the file cannot be written (ENOENT)',
  });
  await assert.rejects(anchorOf({ kind: 'command', command: [join(folder, 'none')] }).put(['one\n']), {
    message: 'the program cannot be started (ENOENT)',
  });
  await assert.rejects(anchorOf({ kind: 'command', command: ['/bin/sh', '-c', 'exit 3'] }).put(['one\n']), {
    message: 'the program ended with code 3',
  });
  await assert.rejects(anchorOf({ kind: 'postgres', url: [{ text: 'postgresql://u:secret@/x?host=/nowhere' }] }).put([NOTE]), {
    message: 'the database cannot be reached (ENOENT)',
  });
});

test('a program gets the notes, and nothing of what the gateway has in its environment', async (t) => {
  const folder = folderFor(t);
  const program = join(folder, 'keep');
  writeFileSync(program, '#!/bin/sh\ncat > "$1/notes"\nenv > "$1/env"\n');
  chmodSync(program, 0o700);
  process.env['SECRET_OF_THE_GATEWAY'] = 'hunter2';
  t.after(() => delete process.env['SECRET_OF_THE_GATEWAY']);
  await createAnchor({ name: 'other', target: { kind: 'command', command: [program, folder] }, residency: undefined }).put([
    'one\n',
    'two\n',
  ]);
  assert.equal(readFileSync(join(folder, 'notes'), 'utf8'), 'one\n\ntwo\n');
  assert.ok(!readFileSync(join(folder, 'env'), 'utf8').includes('hunter2'));
});

const NOTE = `sallyport/node-1/0123456789abcdef
1
${Buffer.alloc(32).toString('base64')}
time 2026-11-23T10:00:00.000Z
chain ${'0'.repeat(64)}

\u2014 sallyport/node-1 AAAA
`;

function folderFor(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'sp-anchor-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
