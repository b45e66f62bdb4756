import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { createLineSplitter, startStdioServer } from './stdio-server.ts';
import type { StdioServer, StdioSpec } from './stdio-server.ts';

interface Run {
  readonly server: StdioServer;
  readonly lines: string[];
  readonly groups: (readonly [number, boolean])[];
  readonly exit: Promise<string>;
  line(count: number): Promise<void>;
}

function run(
  command: string,
  args: readonly string[],
  options: { readonly maxLineBytes?: number; readonly env?: Record<string, string> } = {},
): Run {
  const lines: string[] = [];
  const groups: (readonly [number, boolean])[] = [];
  const waiting: { count: number; resolve: () => void }[] = [];
  let exited: (text: string) => void = () => {};
  const exit = new Promise<string>((resolve) => (exited = resolve));
  const spec: StdioSpec = { name: 'probe', command, args, env: options.env ?? {}, cwd: undefined };
  const server = startStdioServer(spec, {
    maxLineBytes: options.maxLineBytes ?? 1_000_000,
    onLine: (line) => {
      lines.push(Buffer.from(line).toString());
      for (const one of waiting) if (lines.length >= one.count) one.resolve();
    },
    onGroup: (pid, live) => groups.push([pid, live]),
    onExit: exited,
  });
  const line = (count: number): Promise<void> =>
    lines.length >= count ? Promise.resolve() : new Promise((resolve) => waiting.push({ count, resolve }));
  return { server, lines, groups, exit, line };
}

const ECHO = ['-e', "process.stdin.on('data', (d) => process.stdout.write(d))"];

test('lines go in and out', async () => {
  const one = run(process.execPath, ECHO);
  one.server.send(Buffer.from('{"a":1}'));
  one.server.send(Buffer.from('{"b":"ü"}'));
  await one.line(2);
  assert.deepEqual(one.lines, ['{"a":1}', '{"b":"ü"}']);
  await one.server.close();
  assert.match(await one.exit, /ended with code 0/);
  assert.deepEqual(
    one.groups.map(([, live]) => live),
    [true, false],
  );
});

test('lines of one turn keep their order, small and large, and are heard before the end', async () => {
  const one = run(process.execPath, [
    '-e',
    "let n = ''; process.stdin.on('data', (d) => (n += d)).on('end', () => process.stdout.write(n))",
  ]);
  const large = 'x'.repeat(50_000);
  for (const line of ['a', 'b', large, 'c']) one.server.send(Buffer.from(line));
  const gone = one.server.close();
  await one.line(4);
  await gone;
  assert.deepEqual(one.lines, ['a', 'b', large, 'c']);
});

test('a missing program is said with its remedy, once', async () => {
  const one = run('no-such-program-anywhere', []);
  assert.match(await one.exit, /'no-such-program-anywhere' was not found\. Install it/);
});

test('a crash tells the last line of stderr, made printable', async () => {
  const one = run(process.execPath, ['-e', "process.stderr.write('first\\n\\u001b[31mbad token\\n', () => process.exit(3))"]);
  assert.match(await one.exit, /ended with code 3\. It said: «\[31mbad token»$/);
});

test('one that ignores its stdin is ended all the same, with its children', async () => {
  const one = run('sh', ['-c', 'trap "" TERM; sleep 60 & echo $!; wait; sleep 60']);
  await one.line(1);
  const grandchild = Number(one.lines[0]);
  await one.server.close();
  await one.exit;
  // It has its SIGKILL; on a busy machine it is gone a moment later.
  while (isRunning(grandchild)) await new Promise((resolve) => setTimeout(resolve, 5));
});

/** A process that has ended but was not waited for yet still has its number. */
function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return process.platform !== 'linux' || !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

test('an endless line ends it', async () => {
  const one = run(process.execPath, ['-e', "setInterval(() => process.stdout.write('x'.repeat(10000)), 1)"], { maxLineBytes: 50_000 });
  assert.match(await one.exit, /a line of more than 50000 bytes/);
});

test('one that does not read is ended instead of filling memory', async () => {
  const one = run(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
  const chunk = Buffer.alloc(4 * 1024 * 1024, 0x20);
  for (let count = 0; count < 12; count++) one.server.send(chunk);
  assert.match(await one.exit, /does not read its input/);
});

const splits: readonly (readonly [string, readonly string[], readonly string[]])[] = [
  ['one line', ['a\n'], ['a']],
  ['two in one chunk', ['a\nb\n'], ['a', 'b']],
  ['one in three chunks', ['a', 'b', 'c\n'], ['abc']],
  ['a rest is kept', ['a\nb', 'c\n'], ['a', 'bc']],
  ['CRLF', ['a\r\n', 'b\r', '\n'], ['a', 'b']],
  ['empty lines are skipped', ['\n\r\na\n\n'], ['a']],
  ['no newline, no line', ['a'], []],
];
for (const [name, chunks, expected] of splits) {
  test(`splitting: ${name}`, () => {
    const lines: string[] = [];
    const split = createLineSplitter(
      100,
      (line) => lines.push(Buffer.from(line).toString()),
      () => assert.fail('too long'),
    );
    for (const chunk of chunks) split(Buffer.from(chunk));
    assert.deepEqual(lines, expected);
  });
}
