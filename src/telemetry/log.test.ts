import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { GatewayError, Secret } from '../base/index.ts';
import { createLog } from './log.ts';
import type { LogFields, LogOptions } from './log.ts';

function capture(over: Partial<LogOptions> = {}) {
  const lines: string[] = [];
  const log = createLog({
    process: 'worker-1',
    level: 'info',
    clock: () => 1_700_000_000_123,
    format: 'json',
    write: (line) => lines.push(line),
    ...over,
  });
  return { log, lines, last: (): Record<string, unknown> => JSON.parse(lines.at(-1) ?? '{}') };
}

describe('the JSON log', () => {
  it('writes one line with time, level, process, message and fields', () => {
    const { log, lines } = capture();
    log.info('listening', { port: 7625 });
    assert.deepEqual(lines, ['{"time":"2023-11-14T22:13:20.123Z","level":"info","process":"worker-1","msg":"listening","port":7625}\n']);
  });

  it('drops lines below its level and says so beforehand', () => {
    const { log, lines } = capture({ level: 'warn' });
    log.debug('a');
    log.info('b');
    log.warn('c');
    log.error('d');
    assert.equal(lines.length, 2);
    assert.deepEqual([log.enabled('info'), log.enabled('warn')], [false, true]);
  });

  it('carries bound fields, which a line may refine', () => {
    const { log, last } = capture();
    log.with({ server: 'tickets', attempt: 1 }).info('retry', { attempt: 2 });
    assert.equal(last()['server'], 'tickets');
    assert.equal(last()['attempt'], 2);
  });

  it("does not let a field pose as the log's own", () => {
    const { log, last } = capture();
    log.info('real', { level: 'error', msg: 'forged', time: 0, process: 'control' });
    assert.equal(last()['msg'], 'real');
    assert.equal(last()['level'], 'info');
    assert.equal(last()['field.msg'], 'forged');
  });

  it('keeps a field called __proto__ a field', () => {
    const { log, lines } = capture();
    const fields: LogFields = JSON.parse('{"__proto__":{"level":"forged"},"a":1}');
    log.info('x', fields);
    assert.match(lines[0] ?? '', /"__proto__":\{"level":"forged"\},"a":1\}/);
  });
});

const knot: Record<string, unknown> = { name: 'knot' };
knot['self'] = knot;
const trap = Object.defineProperty({}, 'boom', { enumerable: true, get: () => assert.fail('read') });

const values: readonly { name: string; value: unknown; printed: unknown }[] = [
  { name: 'a secret, by its type', value: new Secret('hunter2'), printed: '***' },
  {
    name: 'a secret deep inside',
    value: { headers: [{ authorization: new Secret('hunter2') }] },
    printed: { headers: [{ authorization: '***' }] },
  },
  { name: 'bytes, by their number only', value: Buffer.from('hunter2'), printed: '[7 bytes]' },
  { name: 'an object of a class, not opened', value: new Map([['a', 'hunter2']]), printed: '[object]' },
  { name: 'a function', value: () => 1, printed: '[function]' },
  { name: 'a bigint', value: 10n, printed: '10' },
  { name: 'not a number', value: Number.NaN, printed: 'NaN' },
  { name: 'undefined', value: undefined, printed: null },
  { name: 'a getter that throws', value: trap, printed: { boom: '[unreadable]' } },
  { name: 'a date that is none', value: new Date(Number.NaN), printed: '[no date]' },
  { name: 'a line break and an escape sequence', value: 'a\n\u001b[2Jb', printed: 'a\ufffd\ufffd[2Jb' },
  { name: 'C1, bidi and invisible characters', value: 'a\u009b\u202eb\u200bc\u2028', printed: 'a\ufffd\ufffdb\ufffdc\ufffd' },
  { name: 'hidden tags of plane 14', value: 'a\u{e0041}b', printed: 'a\ufffdb' },
  { name: 'a lone surrogate', value: 'a\ud800b', printed: 'a\ufffdb' },
  { name: 'plain words of any script', value: 'Prüfung 検査 🎉', printed: 'Prüfung 検査 🎉' },
  {
    name: 'our own fault with its causes, no stack',
    value: new GatewayError('upstream_unreachable', { cause: Object.assign(new Error('no route'), { code: 'EHOSTUNREACH' }) }),
    printed: { code: 'upstream_unreachable', message: 'The MCP server cannot be reached.', causes: ['EHOSTUNREACH: no route'] },
  },
  {
    name: 'a connect to several addresses',
    value: new AggregateError([new Error('refused'), new Error('timed out')], ''),
    printed: { message: 'refused; timed out' },
  },
];

describe('values in a line', () => {
  for (const { name, value, printed } of values) {
    it(`prints ${name}`, () => {
      const { log, last } = capture();
      log.info('x', { value });
      assert.deepEqual(last()['value'], printed);
    });
  }

  it('does not repeat what the engine stumbled over', () => {
    const { log, last, lines } = capture();
    const stumble = (text: string): unknown => {
      try {
        return JSON.parse(text);
      } catch (error) {
        return error;
      }
    };
    log.error('x', { error: stumble('{"card": 4111111111111111, oops}') });
    assert.match(JSON.stringify(last()['error']), /"message":"SyntaxError at /);
    log.error('x', { error: new Error('cannot be read', { cause: stumble('"4111\\q"') }) });
    log.error('x', { error: new TypeError('4111\n    at 4111 (4111:1:1)') });
    assert.ok(!lines.join('').includes('4111'), lines.join(''));
  });

  it('prints a stack only at level debug', () => {
    const { log, last } = capture({ level: 'debug' });
    log.info('x', { error: new Error('no') });
    assert.match(JSON.stringify(last()['error']), /"stack":"at [^|]+:\d+:\d+\)? \| at /);
  });

  it('stays small whatever it is given', () => {
    const { log, lines } = capture();
    const wide = Array.from({ length: 60 }, () => Array.from({ length: 60 }, () => 'x'.repeat(5_000)));
    log.info('y'.repeat(100_000), { knot, wide, z: 'z'.repeat(100_000) });
    assert.equal(lines.length, 1);
    assert.ok((lines[0]?.length ?? Infinity) < 30_000, `${lines[0]?.length} characters`);
    assert.match(lines[0] ?? '', /\[deep\]/);
    assert.match(lines[0] ?? '', /\[cut\]/);
  });

  it('never throws, not even when it cannot write or the clock is broken', () => {
    capture({ write: () => assert.fail('disk') }).log.error('x');
    capture({ clock: () => Number.NaN }).log.error('x');
  });
});

describe('the text log', () => {
  it('is one line for a reader', () => {
    const { log, lines } = capture({ format: 'text' });
    log.warn('slow\nserver', { server: 'tickets', why: 'no answer', ms: 12, key: new Secret('hunter2') });
    assert.deepEqual(lines, ['2023-11-14T22:13:20.123Z WARN  worker-1: slow\ufffdserver server=tickets why="no answer" ms=12 key=***\n']);
  });
});
