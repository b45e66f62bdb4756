// The exit codes of `sallyport`, in literals: scripts depend on the numbers, so a change here breaks somebody.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { EXIT } from '../../src/cli/index.ts';
import { sallyport } from '../harness/index.ts';

test('the codes and their names', () => {
  assert.deepEqual(EXIT, { ok: 0, failed: 1, usage: 2, config: 3, unreachable: 4, unsure: 5, internal: 70 });
});

const SALLYPORT = fileURLToPath(new URL('../../bin/sallyport.mjs', import.meta.url));

function folderFor(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-pins-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

const GOOD = 'version: 1\nlisten: 127.0.0.1:0\nservers: {}\npolicy: { rules: [] }\n';
const BAD = 'version: 1\nserverz: {}\n';

const cases: readonly { readonly code: number; readonly argv: readonly string[]; readonly config?: string }[] = [
  { code: 0, argv: ['help'] },
  { code: 0, argv: ['version'] },
  { code: 0, argv: ['serve', '--help'] },
  { code: 0, argv: ['init'] },
  { code: 0, argv: ['check'], config: GOOD },
  { code: 0, argv: ['agents', 'add', 'a'], config: GOOD },
  { code: 1, argv: ['audit', 'tail'] },
  { code: 1, argv: ['certs', 'show'], config: GOOD },
  { code: 4, argv: ['agents', 'add', 'a'] },
  { code: 4, argv: ['agents', 'list', '--data', '.'] },
  { code: 4, argv: ['status'], config: BAD },
  { code: 1, argv: ['audit', 'verify'], config: GOOD },
  { code: 1, argv: ['import', 'absent.json'] },
  { code: 2, argv: [] },
  { code: 2, argv: ['frobnicate'] },
  { code: 2, argv: ['serve', '--frobnicate'], config: GOOD },
  { code: 2, argv: ['agents', 'add'] },
  { code: 2, argv: ['agents', 'add', 'bad name'], config: GOOD },
  { code: 2, argv: ['audit', 'tail', '--limit', '0'], config: GOOD },
  { code: 2, argv: ['tools', 'call', 'http://127.0.0.1:1/mcp/x', 'echo', 'message'] },
  { code: 3, argv: ['check'] },
  { code: 3, argv: ['check'], config: BAD },
  { code: 3, argv: ['serve'] },
  { code: 3, argv: ['serve'], config: BAD },
  { code: 3, argv: ['init'], config: GOOD },
  { code: 4, argv: ['status'], config: GOOD },
  { code: 4, argv: ['reload'], config: GOOD },
  { code: 4, argv: ['tools', 'list', 'http://127.0.0.1:1/mcp/x'] },
];
for (const { code, argv, config } of cases) {
  const line = ['sallyport', ...argv].join(' ');
  test(`'${line}' ends with ${code}${config === GOOD ? ' beside a good config' : config === BAD ? ' beside a bad config' : ''}`, async (t) => {
    const folder = folderFor(t);
    if (config !== undefined) writeFileSync(join(folder, 'sallyport.yaml'), config);
    const run = await sallyport(argv, { cwd: folder });
    assert.equal(run.code, code, run.stdout + run.stderr);
    // What is wrong goes to standard error; a check's findings are its result.
    if (code !== 0 && argv[0] !== 'check') assert.notEqual(run.stderr, '');
  });
}

test('output that cannot be written ends with 1 and a sentence', async (t) => {
  if (!existsSync('/dev/full')) return t.skip('/dev/full is not here: Linux has it');
  const child = spawn(process.execPath, [SALLYPORT, 'version'], { stdio: ['ignore', openSync('/dev/full', 'w'), 'pipe'] });
  let stderr = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  await once(child, 'close');
  assert.equal(child.exitCode, 1);
  assert.match(stderr, /^sallyport: The output cannot be written \(ENOSPC\)\. .*\n$/);
});

for (const [name, result, code] of [
  ['a good result', { resultType: 'complete', content: [{ type: 'text', text: 'yes' }] }, 0],
  ['a tool that reports an error, or a denial', { resultType: 'complete', isError: true, content: [{ type: 'text', text: 'no' }] }, 1],
] as const) {
  test(`'sallyport tools call' ends with ${code} after ${name}`, async (t) => {
    const server = createServer((request, response) => {
      let text = '';
      request.on('data', (chunk) => (text += String(chunk)));
      request.on('end', () => {
        const { id, method } = JSON.parse(text);
        const answer =
          method === 'server/discover'
            ? { resultType: 'complete', supportedVersions: ['2026-07-28'] }
            : method === 'tools/list'
              ? { tools: [] }
              : result;
        response.setHeader('content-type', 'application/json');
        response.end(JSON.stringify({ jsonrpc: '2.0', id, result: answer }));
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    t.after(() => server.close());
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : 0;
    const run = await sallyport(['tools', 'call', `http://127.0.0.1:${port}/mcp/x`, 'echo', 'message=hello'], { cwd: folderFor(t) });
    assert.equal(run.code, code, run.stderr);
  });
}
