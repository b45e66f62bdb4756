// The thread that reads the record for control. It has an index open while it is asked things, answers each question as soon as it can, and sends what comes
// in pieces one piece at a time: the next when the one before was taken.

import { join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import type { CatchUpOptions, Entry, IndexProgress, RecordIndex } from '../../audit/index.ts';
import { openRecordIndex } from '../../cluster/index.ts';
import type { AskName, FromThread, RecordAsks, ToThread } from './asks.ts';
import { exportText } from './export-text.ts';
import { proveEntry } from './prove-entry.ts';
import { toRecordView } from './record-view.ts';
import { replayRecord } from './replay-record.ts';
import { readStory } from './story.ts';
import { verifyRecord } from './verify-record.ts';

const dataFolder: unknown = workerData;
if (typeof dataFolder !== 'string') throw new TypeError('the thread that reads the record needs the data folder');
const directory = join(dataFolder, 'audit');

/** An index that nobody asks is closed: one that is made anew takes its place then, and with this one its file goes. */
const IDLE_MS = 10_000;

let index: Promise<RecordIndex> | undefined;
let users = 0;
let idle: NodeJS.Timeout | undefined;

const send = (message: FromThread): void => parentPort?.postMessage(message);

/** With an index that has all that is in the logs now; `isEnough`: with what it has already. */
async function withIndex<T>(use: (opened: RecordIndex) => Promise<T>, isEnough = false): Promise<T> {
  clearTimeout(idle);
  users += 1;
  const mine = (index ??= tellingHowFar((options) => openRecordIndex(String(dataFolder), options)));
  try {
    const opened = await mine;
    if (!isEnough) await tellingHowFar((options) => opened.catchUp(options));
    return await use(opened);
  } catch (error) {
    // One that does not fit the record, or is broken, is not used again.
    if (index === mine) closeIndex();
    throw error;
  } finally {
    users -= 1;
    if (users === 0) idle = setTimeout(closeIndex, IDLE_MS);
  }
}

/** Whoever waits is told how much of the logs has been read into the index. */
async function tellingHowFar<T>(work: (options: CatchUpOptions) => Promise<T>): Promise<T> {
  let isTold = false;
  const onProgress = ({ bytes, totalBytes }: IndexProgress): void => {
    isTold = true;
    send({ what: 'building', percent: Math.floor((100 * bytes) / Math.max(1, totalBytes)) });
  };
  try {
    return await work({ onProgress });
  } finally {
    if (isTold) send({ what: 'building', percent: undefined });
  }
}

/** Not while somebody reads by it: they close it when they have ended. */
function closeIndex(): void {
  const closing = index;
  index = undefined;
  const close = (): void => {
    if (users > 0) return void setTimeout(close, IDLE_MS).unref();
    closing?.then((opened) => opened.close()).catch(() => {});
  };
  close();
}

type Answers = { readonly [Name in AskName]: (ask: RecordAsks[Name]['ask'], id: number) => Promise<RecordAsks[Name]['answer']> };

const ANSWERS: Answers = {
  // What comes behind the page before has been there since then.
  list: (ask) => withIndex((opened) => listPage(opened, ask), ask.query.after !== undefined),
  count: ({ filter, by, smallestGroup }) => withIndex(async (opened) => opened.count(filter, by, smallestGroup)),
  read: ({ log, seq, hidesNames }) => withIndex((opened) => readStory({ directory, index: opened, hidesNames }, log, seq)),
  prove: (ask) => proveEntry(directory, ask),
  verify: ({ anchors }, id) => verifyRecord(String(dataFolder), anchors, (done, total) => send({ id, what: 'progress', done, total })),
  replay: (ask, id) => withIndex((opened) => replayRecord(opened, ask, (done, total) => send({ id, what: 'progress', done, total }))),
};

/** One more than a page is read: it tells whether there is another. */
async function listPage(opened: RecordIndex, { query, hidesNames }: RecordAsks['list']['ask']): Promise<RecordAsks['list']['answer']> {
  const entries: Entry[] = [];
  for await (const entry of opened.find({ ...query, limit: query.limit + 1 })) entries.push(entry);
  const shown = entries.slice(0, query.limit);
  const last = entries.length > shown.length ? shown.at(-1) : undefined;
  return {
    records: shown.map((entry) => toRecordView(entry, hidesNames)),
    next: last === undefined ? undefined : { slot: last.slot, seq: last.line.seq, time: last.line.time },
    unplaced: opened.unplaced(),
  };
}

/** Tells a stream that its piece was taken. */
const taken = new Map<number, () => void>();

/** Whoever wants no more ends this thread. */
async function stream(id: number, pieces: (opened: RecordIndex) => AsyncIterable<string>): Promise<void> {
  await withIndex(async (opened) => {
    for await (const piece of pieces(opened)) {
      send({ id, what: 'piece', piece });
      await new Promise<void>((resolve) => taken.set(id, resolve));
    }
    send({ id, what: 'piece', piece: undefined });
  });
}

async function answer<Name extends AskName>(id: number, name: Name, ask: RecordAsks[Name]['ask']): Promise<void> {
  const answered = await ANSWERS[name](ask, id);
  send({ id, what: 'answer', answer: answered });
}

function hear(message: ToThread): void {
  const { id } = message;
  const fault = (error: unknown): void => send({ id, what: 'fault', fault: error instanceof Error ? error.message : String(error) });
  switch (message.name) {
    case 'more':
      taken.get(id)?.();
      return;
    case 'export':
      void stream(id, (opened) => exportText(opened, message.ask)).catch(fault);
      return;
    default:
      void answer(id, message.name, message.ask).catch(fault);
  }
}

parentPort?.on('message', hear);
