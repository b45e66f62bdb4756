// Asks a server which revisions it speaks. Over HTTP on its own connection pool; over stdio on throw-away processes, because some
// servers exit when something comes before initialize, and a modern stdio server may stay silent on what it does not know.

import type { Result } from '../base/index.ts';
import type { StdioDoor, StdioEvents, StdioLink } from './doors.ts';
import type { HttpTarget } from './http-target.ts';
import { ask, askLines, DISCOVER, endSession, INITIALIZE, MAX_PROBE_BYTES, MODERN_HEADERS } from './probe-questions.ts';
import type { HttpAnswer } from './probe-questions.ts';
import { openSseCarrier } from './sse-carrier.ts';
import { judge, readDiscover, readInitialize } from './verdict.ts';
import type { Evidence, EraVerdict, NoVerdict, ProbeAnswer } from './verdict.ts';

export const PROBE_TIMEOUT_MS = 5_000;
/** Programs from npm may be fetched first, and a busy machine starts them slowly. */
export const STDIO_PROBE_TIMEOUT_MS = 30_000;
const SILENCE_MS = 3_000;
/** Probes over HTTP. Resolves with a verdict or with why there is none; never rejects. */
export async function probeHttp(target: HttpTarget, timeoutMs: number, nowMs: () => number): Promise<Result<EraVerdict, NoVerdict>> {
  const waitMs = Math.min(timeoutMs, PROBE_TIMEOUT_MS);
  const discover = await ask(target, DISCOVER, waitMs, MODERN_HEADERS);
  const modern = evidence(discover, readDiscover);
  // Without access or an answer there is nothing more to learn. But a fault may be all that an old server says to what it does not know.
  if (modern.kind === 'unclear' && ('reason' in discover || (discover.status ?? 0) < 500))
    return judge(modern, { kind: 'not' }, 'streamable', nowMs());
  const initialize = await ask(target, INITIALIZE, waitMs, []);
  if ('session' in initialize && initialize.session !== undefined) endSession(target, initialize.session, waitMs);
  const legacy = evidence(initialize, readInitialize);
  if (modern.kind === 'speaks' || legacy.kind !== 'not') return judge(modern, legacy, 'streamable', nowMs());
  return judge(modern, await probeSse(target, waitMs), 'sse', nowMs());
}

/** SPEC 2025-11-25 basic/transports, "Backwards Compatibility": who does not know initialize by POST may have the transport of 2024-11-05. */
async function probeSse(target: HttpTarget, waitMs: number): Promise<Evidence> {
  const limits = { server: '', maxMessageBytes: MAX_PROBE_BYTES, answerTimeoutMs: waitMs, streamIdleTimeoutMs: waitMs };
  const answer = await askLines((events) => openSseCarrier(target, limits, events), [[INITIALIZE]], waitMs).answer;
  return typeof answer === 'string' ? { kind: 'not' } : readInitialize({ status: undefined, value: answer });
}

/** Probes over stdio, with one process per question. */
export async function probeStdio(door: StdioDoor, server: string, nowMs: () => number): Promise<Result<EraVerdict, NoVerdict>> {
  const start = (events: StdioEvents): StdioLink => door.open(server, events);
  const discovering = askLines(start, [[DISCOVER]], STDIO_PROBE_TIMEOUT_MS);
  const initialize = await askLines(start, [[INITIALIZE]], STDIO_PROBE_TIMEOUT_MS).answer;
  // Many servers of before say nothing to what they do not know. One that has begun a session would have answered by now.
  if (typeof initialize !== 'string') setTimeout(discovering.giveUp, SILENCE_MS).unref();
  const discover = await discovering.answer;
  const modern: Evidence = typeof discover === 'string' ? { kind: 'not' } : readDiscover({ status: undefined, value: discover });
  const legacy: Evidence =
    typeof initialize === 'string'
      ? { kind: 'unclear', reason: initialize, code: 'upstream_unreachable' }
      : readInitialize({ status: undefined, value: initialize });
  return judge(modern, legacy, 'stdio', nowMs());
}

function evidence(answer: HttpAnswer | NoVerdict, read: (answer: ProbeAnswer) => Evidence): Evidence {
  return 'reason' in answer ? { kind: 'unclear', ...answer } : read(answer);
}
