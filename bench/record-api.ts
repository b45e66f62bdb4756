// `node bench/record-api.ts [RECORDS] [FOLDER]`: what people wait for who look at the record over the admin API: pages near the end and far from it, figures, one
// call's story, an export; and how much memory the thread takes that makes it. Logs are made in FOLDER and stay there; without one they are removed.

import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fail, ok } from '../src/base/index.ts';
import { buildRecordIndex } from '../src/cluster/index.ts';
import { createRecordReader } from '../src/processes/record/reader.ts';
import { createRecordsPort } from '../src/processes/record/records-port.ts';
import type { RecordsPortOptions } from '../src/processes/record/records-port.ts';
import { createLog } from '../src/telemetry/index.ts';
import { SHAPE, writeLogs } from './record-logs.ts';

const RESULTS = fileURLToPath(new URL('./results/', import.meta.url));
const PAGE = 100;
const PAGES = 100;
const DAY = '2026-11-16T00:00:00.000Z';

type Port = ReturnType<typeof createRecordsPort>;
type Query = Parameters<Port['list']>[0];

async function timed<T>(name: string, work: () => Promise<T>): Promise<T> {
  const began = performance.now();
  const result = await work();
  console.log(`${(performance.now() - began).toFixed(1).padStart(9)} ms  ${name}`);
  return result;
}

const ASKER = 'session:bench';

function query(members: Partial<Query> = {}): Query {
  return { kind: ['call'], order: 'newest', limit: PAGE, ...members };
}

async function page(port: Port, members: Partial<Query> = {}): Promise<string | undefined> {
  const found = await port.list(query(members), ASKER);
  if (!found.ok) throw new Error(found.error.detail);
  return found.value.next ?? undefined;
}

async function ask(port: Port): Promise<void> {
  await timed(`the newest ${PAGE}, and the thread and its index with them`, () => page(port));
  const first = await timed(`the newest ${PAGE}`, () => page(port));
  await timed(`${PAGES} pages behind them, one after the other`, async () => {
    let cursor = first;
    for (let at = 0; at < PAGES && cursor !== undefined; at++) cursor = await page(port, { cursor });
  });
  await timed(`${PAGE} of one day, half a month back`, () => page(port, { to: DAY }));
  await timed(`${PAGE} of a busy server`, () => page(port, { server: 'server-0' }));
  await timed(`${PAGE} of a rare agent`, () => page(port, { agent: 'desk-1999' }));
  await timed(`${PAGE} that a rule denied`, () => page(port, { verdict: 'deny', rule: 'no-3' }));
  await timed(`${PAGE} with a secret found`, () => page(port, { finding: 'vendor-token' }));
  const [some] = await port.list(query({ to: DAY, limit: 1 }), ASKER).then((found) => (found.ok ? found.value.records : []));
  await timed('the story of one call', () => port.read(some?.log ?? '', String(some?.seq)));
  for (const by of ['verdict', 'server', 'hour'] as const)
    await timed(`calls by ${by}, over all`, () => port.count({ kind: ['call'], by }, false));
  const exported = await port.export({ ...query({ to: '2026-11-02T00:00:00.000Z' }), format: 'csv' });
  if (!exported.ok) throw new Error(exported.error.detail);
  let bytes = 0;
  const before = process.memoryUsage.rss();
  await timed('an export of one day as CSV', async () => {
    for await (const piece of exported.value.chunks) bytes += piece.length;
  });
  console.log(
    `          ${(bytes / 1e6).toFixed(1)} MB; the process grew by ${((process.memoryUsage.rss() - before) / 1e6).toFixed(0)} MB`,
  );
}

mkdirSync(RESULTS, { recursive: true });
const records = Number(process.argv[2] ?? SHAPE.records);
const kept = process.argv[3];
const folder = kept ?? mkdtempSync(join(RESULTS, 'record-api-'));
const reader = createRecordReader({
  dataFolder: folder,
  log: createLog({ process: 'bench', level: 'warn', write: (line) => void process.stderr.write(line), clock: Date.now, format: 'text' }),
});
const nothing = async (): Promise<ReturnType<typeof fail<{ code: 'unavailable'; detail: string }>>> =>
  fail({ code: 'unavailable', detail: '' });
try {
  if (!existsSync(join(folder, 'audit'))) writeLogs(join(folder, 'audit'), { ...SHAPE, records });
  if (!existsSync(join(folder, 'index'))) await timed(`the index of ${records} records`, () => buildRecordIndex(folder));
  await ask(
    createRecordsPort({
      reader,
      version: '0',
      nowMs: () => SHAPE.toMs,
      randomBytes,
      privacy: () => ({ reidentify: 'one', subjects: 'names', smallestGroup: 5 }),
      checkpoints: async () => ok({ key: null, logs: [], anchors: [], faults: [] }),
      documents: { read: nothing, history: nothing, readRevision: nothing } as unknown as RecordsPortOptions['documents'],
    }),
  );
} finally {
  await reader.close();
  if (kept === undefined) rmSync(folder, { recursive: true, force: true });
}
