// What people send and read all day is looked into to its end, whatever it is: an answer that could not be would be denied.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { globSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { deflateSync, gzipSync } from 'node:zlib';
import { compileActions, createEngine, createScan, DEFAULT_INSPECTION } from './index.ts';

const compiled = createEngine(DEFAULT_INSPECTION);
assert.ok(compiled.ok);
const engine = compiled.value;
const actions = compileActions(DEFAULT_INSPECTION);

/** Why a call with that in its arguments, or a result with it, would be denied for what was not looked into. */
function deniedFor(value: unknown): readonly string[] {
  const call = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'write', arguments: { value } } };
  const content = typeof value === 'string' ? [{ type: 'text', text: value }] : [];
  const result = { jsonrpc: '2.0', id: 1, result: { content, structuredContent: typeof value === 'string' ? undefined : { value } } };
  return [...unlooked(call, 'requests'), ...unlooked(result, 'answers')];
}

function unlooked(message: object, direction: 'requests' | 'answers'): readonly string[] {
  const scan = createScan(engine, { surface: direction === 'requests' ? 'request' : 'answer' });
  const found = [...scan.push(Buffer.from(JSON.stringify(message))).found, ...scan.end().found];
  const actionOf = actions.on('files', 'write', direction);
  return found.filter((one) => one.class === 'unscanned' && actionOf(one).action !== 'tag').map(({ type }) => `${direction}: ${type}`);
}

const rows = <T>(count: number, make: (at: number) => T): readonly T[] => Array.from({ length: count }, (_, at) => make(at));
const digest = (text: string, algorithm = 'sha256'): Buffer => createHash(algorithm).update(text).digest();
const noise = (size: number): Buffer => Buffer.concat(rows(Math.ceil(size / 64), (at) => digest(`${at}`, 'sha512'))).subarray(0, size);

const SAMPLES: Readonly<Record<string, unknown>> = {
  'ids of nineteen digits': rows(300, (at) => ({
    id: `${1_100_000_000_000_000_000n + BigInt(at) * 123_456_789_012_345n}`,
    author: `${80_351_110_224_678_912n + BigInt(at) * 991_231_111n}`,
  })),
  'ids of sixteen digits as numbers': rows(1_000, (at) => ({ id: 4_500_000_000_000_000 + at * 7_919_131, at: 1_767_225_600_000 + at })),
  'times in nanoseconds': rows(1_000, (at) => `ts=${1_767_225_600_000_000_000n + BigInt(at) * 1_013_007_001n}`).join('\n'),
  'a table of long numbers': rows(
    1_000,
    (at) => `${at},${4_000_000_000_000_000 + at * 102_947},${1e12 + at * 99_991},9${at * 31_337}`,
  ).join('\n'),
  fractions: rows(3_000, (at) => Math.sin(at)),
  'fractions in a text': JSON.stringify(rows(3_000, (at) => Math.sin(at))),
  'a list of digests': rows(1_000, (at) => `${digest(`${at}`).toString('hex')}  file-${at}.tar.gz`).join('\n'),
  'a lock file': rows(
    500,
    (at) =>
      `"p${at}": { "version": "1.0.${at}", "resolved": "https://packages.example/p${at}/-/p${at}-1.0.${at}.tgz", "integrity": "sha512-${digest(`${at}`, 'sha512').toString('base64')}" }`,
  ).join(',\n'),
  'a log': rows(
    2_000,
    (at) =>
      `2026-01-01T10:${10 + (at % 50)}:00.${100 + (at % 900)}Z INFO 10.0.${at % 256}.7 GET /v1/items/${at}?page=${at % 9} 200 ${at}ms`,
  ).join('\n'),
  'any bytes in base64': noise(200_000).toString('base64'),
  'any bytes in base64 twice': Buffer.from(noise(20_000).toString('base64')).toString('base64'),
  sound: Buffer.from(Int16Array.from({ length: 30_000 }, (_, at) => Math.sin(at / 20) * 8_000).buffer).toString('base64'),
  embeddings: rows(10, (at) => ({
    embedding: Buffer.from(Float32Array.from({ length: 1_536 }, (_, place) => Math.sin(at + place * place) / 10).buffer).toString('base64'),
  })),
  'a compressed log': gzipSync('one line of a log, and again\n'.repeat(5_000)).toString('base64'),
  'compressed rows': gzipSync(JSON.stringify(rows(5_000, (at) => ({ id: at, name: 'row', ok: true })))).toString('base64'),
  'compressed zeros': gzipSync(Buffer.alloc(1_000_000)).toString('base64'),
  'a large archive': gzipSync(rows(20_000, (at) => `row ${at} ${digest(`${at}`).toString('hex')}`).join('\n')).toString('base64'),
  'a diagram': deflateSync(`<mxGraphModel>${'<mxCell id="2" value="Box" style="rounded=0;html=1;"/>'.repeat(300)}</mxGraphModel>`).toString(
    'base64',
  ),
  'a link in a link in a link':
    'see https://safe.example/?url=https%3A%2F%2Fgo.example%2F%3Fu%3Dhttps%253A%252F%252Fa.example%252F%253Fq%253Da%25252Fb and a%25252Fb',
};

describe('what is ordinary is looked into to its end', () => {
  for (const [what, value] of Object.entries(SAMPLES)) it(what, () => assert.deepEqual(deniedFor(value), []));

  it('the documents of this repository', () => {
    const root = new URL('../..', import.meta.url);
    for (const file of globSync(['*.md', '*.json', 'docs/**/*.md', 'examples/**/*'], { cwd: root, withFileTypes: true })) {
      // The list of all texts at which looking begins is the dearest text there is.
      if (!file.isFile() || file.name === 'detectors.md') continue;
      assert.deepEqual(deniedFor(readFileSync(`${file.parentPath}/${file.name}`, 'utf8')), [], file.name);
    }
  });

  it('a small argument beside a large one', () => {
    const value = readFileSync(new URL('../../docs/inspection.md', import.meta.url), 'utf8');
    assert.deepEqual(deniedFor([{ path: 'a1b2c3d4e5', mode: 'x1y2' }, { value }, 'z9y8x7w6']), []);
  });
});
