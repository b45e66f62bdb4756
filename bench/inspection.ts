// `node bench/inspection.ts [--quick]`: what it costs to look into messages with everything on that is on by default. Clean bodies of four sizes,
// whole and in chunks of 64 KiB, of every kind that servers answer with; a call of 1 KiB both ways, beside the strict JSON parse that it has
// anyway; memory while 100 MiB pass through. Holds the figures against its budgets, and ends with exit code 1 where one is missed.
//
// CPU is that of this process, all its threads together, so collecting garbage is in it; a figure is the first quartile of many samples.

import { bodyText, BODY_KINDS } from '../test/inspection-eval/bodies.ts';
import type { BodyKind } from '../test/inspection-eval/bodies.ts';
import { engine } from '../test/inspection-eval/engine.ts';
import { createRandom } from '../test/inspection-eval/random.ts';
import { percentile } from './statistics.ts';
import { answerBody, callBody, messageId, TOOLS } from './workload.ts';
import { createScan } from '../src/inspection/index.ts';
import type { Surface } from '../src/inspection/index.ts';
import { parseJson } from '../src/mcp/index.ts';

const IS_QUICK = process.argv.includes('--quick');
const SAMPLES = IS_QUICK ? 5 : 15;
const SAMPLE_MS = IS_QUICK ? 40 : 150;
const KIB = 1024;
const MIB = 1024 * KIB;
const CHUNK_BYTES = 64 * KIB;
const LARGE_BYTES = (IS_QUICK ? 16 : 100) * MIB;

/** What must hold; the figures are those that this script prints. */
const BUDGETS = {
  /** Both messages of a call of 1 KiB, in µs. */
  callUs: IS_QUICK ? 30 : 15,
  /** A KiB of a body of 100 MiB, over one of 64 KiB: what is large is not dearer. */
  largeRatio: 1.5,
  /** A KiB in chunks, over one of the same body whole. */
  chunkRatio: 1.5,
  /** How much more memory there is while 100 MiB pass through, in MiB. */
  growthMib: 32,
} as const;

const verdicts: { readonly name: string; readonly measured: number; readonly atMost: number }[] = [];
const hold = (name: string, measured: number, atMost: number): void => {
  verdicts.push({ name, measured, atMost });
};

/** Types of what was found although there is nothing. */
const falselyFound = new Set<string>();

// First of all, while there is little else in memory.
measureMemory();
measureCall();
measureKinds();
measureSizes();

if (falselyFound.size > 0) console.log(`\nfound in clean bodies: ${[...falselyFound].join(', ')}`);
console.log('\nbudgets');
for (const { name, measured, atMost } of verdicts)
  console.log(`  ${measured <= atMost ? 'kept  ' : 'MISSED'}  ${name}: ${measured.toFixed(2)}, at most ${atMost}`);
process.exitCode = verdicts.every(({ measured, atMost }) => measured <= atMost) ? 0 : 1;

/** A body that nobody holds: 100 MiB of chunks, one at a time. */
function measureMemory(): void {
  const piece = Buffer.from(JSON.stringify(bodyText(createRandom(7), MIB)).slice(1, -1));
  const [front, back] = frame('');
  lookInto([front, piece, back], 'answer');
  const rss = (): number => process.memoryUsage().rss / MIB;
  const before = rss();
  let most = before;
  const scan = createScan(engine, { surface: 'answer' });
  const chunk = Buffer.alloc(CHUNK_BYTES);
  scan.push(front);
  for (let sent = 0; sent < 100; sent++) {
    // One buffer for all chunks: nothing of them is kept, or it would be wrong by the next.
    for (let at = 0; at < piece.length; at += CHUNK_BYTES) scan.push(chunk.subarray(0, piece.copy(chunk, 0, at, at + CHUNK_BYTES)));
    most = Math.max(most, rss());
  }
  scan.push(back);
  scan.end();
  console.log(`100 MiB through one scan: memory from ${before.toFixed(0)} MiB to at most ${most.toFixed(0)} MiB`);
  hold('memory while 100 MiB pass through, MiB more', most - before, BUDGETS.growthMib);
}

/** The call of the bench, and one with words in it. */
function measureCall(): void {
  console.log('\na call of 1 KiB, both messages');
  const words = bodyText(createRandom(8), 1_900, 'prose');
  const calls: readonly (readonly [string, Uint8Array, Uint8Array])[] = [
    ['of the bench', Buffer.from(callBody(messageId(7), TOOLS[7] ?? '', 'modern')), Buffer.from(answerBody(messageId(7), 'modern'))],
    ['of words', request(words.slice(0, 900)), answer(words.slice(900, 1_860))],
    ['of rows', request(bodyText(createRandom(9), 760, 'rows')), answer(bodyText(createRandom(10), 800, 'rows'))],
  ];
  for (const [name, asked, answered] of calls) {
    const us = costUs(() => {
      lookInto([asked], 'request');
      lookInto([answered], 'answer');
    });
    const parseUs = costUs(() => {
      parseJson(asked);
      parseJson(answered);
    });
    console.log(
      `  ${name.padEnd(14)} ${us.toFixed(1)} µs for ${asked.length} and ${answered.length} bytes; strict JSON parse ${parseUs.toFixed(1)} µs; ratio ${(us / parseUs).toFixed(2)}`,
    );
    hold(`a call ${name}, both messages, µs`, us, BUDGETS.callUs);
  }
}

function measureKinds(): void {
  console.log('\nclean bodies of 64 KiB by kind, µs per KiB');
  for (const kind of BODY_KINDS) row(kind, answerOf(64 * KIB, kind));
  row('rows, structured', structured(64 * KIB));
}

function row(name: string, body: Uint8Array): void {
  const us = costUs(() => lookInto([body], 'answer'));
  const parseUs = costUs(() => parseJson(body));
  console.log(
    `  ${name.padEnd(18)} ${(us / (body.length / KIB)).toFixed(2)}   strict JSON parse ${(parseUs / (body.length / KIB)).toFixed(2)}`,
  );
}

function measureSizes(): void {
  console.log('\nclean bodies of all kinds, µs per KiB');
  let middle = Number.NaN;
  for (const size of [KIB, 64 * KIB, MIB, LARGE_BYTES]) {
    const body = size > MIB ? repeated(size) : answerOf(size);
    const perKib = (pieces: readonly Uint8Array[]): number =>
      costUs(() => lookInto(pieces, 'answer'), size > MIB ? 3 : SAMPLES) / (body.length / KIB);
    const whole = perKib([body]);
    const chunks = perKib(chunksOf(body));
    console.log(`  ${`${size / KIB} KiB`.padEnd(12)} whole ${whole.toFixed(2)}   in chunks ${chunks.toFixed(2)}`);
    if (size === 64 * KIB) middle = whole;
    if (size < MIB) continue;
    hold(`${size / KIB} KiB in chunks over whole`, chunks / whole, BUDGETS.chunkRatio);
    if (size > MIB) hold('a large body over one of 64 KiB, for each KiB', whole / middle, BUDGETS.largeRatio);
  }
}

/** Found and forgotten; what is found in a body that should be clean is said, since what the body costs then says little. */
function lookInto(pieces: readonly Uint8Array[], surface: Surface): void {
  const scan = createScan(engine, { surface });
  const found = pieces.flatMap((piece) => scan.push(piece).found);
  for (const { type } of [...found, ...scan.end().found]) falselyFound.add(type);
}

function chunksOf(body: Uint8Array): readonly Uint8Array[] {
  return Array.from({ length: Math.ceil(body.length / CHUNK_BYTES) }, (_, n) => body.subarray(n * CHUNK_BYTES, (n + 1) * CHUNK_BYTES));
}

function request(text: string): Uint8Array {
  return Buffer.from(JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'note', arguments: { text } } }));
}

function answer(text: string): Uint8Array {
  return Buffer.concat(frame(JSON.stringify(text).slice(1, -1)));
}

function answerOf(bytes: number, kind?: BodyKind): Uint8Array {
  return answer(bodyText(createRandom(bytes), Math.max(400, bytes - 120), kind));
}

function structured(bytes: number): Uint8Array {
  const text = bodyText(createRandom(11), bytes, 'rows');
  return Buffer.from(`{"jsonrpc":"2.0","id":1,"result":{"structuredContent":{"rows":[${text.slice(0, text.lastIndexOf('},') + 1)}]}}}`);
}

/** As large as wanted, of a mebibyte over and over, as one string. */
function repeated(bytes: number): Uint8Array {
  const piece = Buffer.from(JSON.stringify(bodyText(createRandom(12), MIB)).slice(1, -1));
  const [front, back] = frame('');
  return Buffer.concat([front, ...Array.from({ length: bytes / MIB }, () => piece), back]);
}

/** An answer around a spelled text. */
function frame(spelled: string): readonly [Buffer, Buffer] {
  return [Buffer.from(`{"jsonrpc":"2.0","id":1,"result":{"content":[{"type":"text","text":"${spelled}`), Buffer.from('"}]}}')];
}

/** The quieter samples of what it costs, in µs of CPU. */
function costUs(operation: () => unknown, samples = SAMPLES): number {
  let times = 1;
  for (let tookUs = 0; tookUs < SAMPLE_MS * 200 && times < 1e6; times *= 2) tookUs = cpuUs(operation, times);
  const costs = Array.from({ length: samples }, () => cpuUs(operation, times) / times);
  return percentile(
    costs.toSorted((a, b) => a - b),
    25,
  );
}

function cpuUs(operation: () => unknown, times: number): number {
  const from = process.cpuUsage();
  for (let n = 0; n < times; n++) operation();
  const { user, system } = process.cpuUsage(from);
  return user + system;
}
