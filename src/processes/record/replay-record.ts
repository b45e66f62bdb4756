// The decisions on record under another policy, in a thread: however long the record, only one entry of it is in memory, and of what came of it only counts.

import type { RecordIndex } from '../../audit/index.ts';
import { compileToolFacts, createReplay, readDecision } from '../../policies/index.ts';
import { labelsIn } from '../../config/index.ts';
import type { RecordAsks } from './asks.ts';

const PROGRESS_EVERY = 2_000;
/** Kinds of changes that are told; a person reads some of them. */
const MAX_GROUPS = 500;

/** Replays the calls of a time. */
export async function replayRecord(
  index: RecordIndex,
  { policy, servers, guesses, agents, fromMs, toMs, isTogether }: RecordAsks['replay']['ask'],
  onProgress: (done: number, total: number) => void,
): Promise<RecordAsks['replay']['answer']> {
  const guessOf = new Map(guesses.map(([server, known]) => [server, new Map(known.map((guess) => [guess.name, guess]))]));
  const replay = createReplay(policy, {
    servers: servers.map(({ name }) => name),
    agents: new Map(agents.map((agent) => [agent.name, agent])),
    toolFacts: compileToolFacts(servers, (server, tool) => {
      const guess = guessOf.get(server)?.get(tool);
      return guess === undefined ? undefined : { fingerprint: undefined, guess };
    }),
    serverLabels: labelsIn(servers),
    isTogether,
  });
  const filter = { kinds: ['call'], fromMs, toMs } as const;
  const total = index.count(filter, 'verdict', 1).reduce((sum, { calls = 0 }) => sum + calls, 0);
  let done = 0;
  onProgress(done, total);
  for await (const { line } of index.find({ ...filter, order: 'oldest' })) {
    replay.take(readDecision(line.time, line.members));
    done += 1;
    // Calls that came in meanwhile are in it too.
    if (done % PROGRESS_EVERY === 0) onProgress(done, Math.max(done, total));
  }
  onProgress(done, done);
  const { groups, ungrouped, ...report } = replay.report();
  const told = groups.slice(0, MAX_GROUPS);
  const omitted = groups.slice(MAX_GROUPS).reduce((sum, { count }) => sum + count, ungrouped);
  return { ...report, groups: told, omitted };
}
