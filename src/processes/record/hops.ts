// The stations of a call with their times, from what is on record of it: the decision and the outcome each say when they were written, by the clock that
// people read and by the clock of the process, which nobody sets; the outcome says how long everything took. Pure.

import type { Entry, EntryLine } from '../../audit/index.ts';
import type { FoundHop } from './asks.ts';

const US_PER_MS = 1_000;

/** The hops of a call in the order in which it made them; none of what is no call. */
export function hopsOf({ kind, line, outcome }: Entry): readonly FoundHop[] {
  if (kind !== 'call') return [];
  const totalUs = totalOf(outcome);
  // Without its end nobody can say when it came: the record begins with what was decided.
  if (outcome === undefined || totalUs === undefined) return withoutTotal(line, outcome);
  const receivedMs = outcome.time - totalUs / US_PER_MS;
  const at = (hop: FoundHop['hop'], us: number): FoundHop => ({ hop, atMs: receivedMs + us / US_PER_MS, us });
  const within = (us: number | undefined): us is number => us !== undefined && us >= 0 && us <= totalUs;
  const hops: FoundHop[] = [at('received', 0)];
  const decidedUs = decidedOf(line, outcome, totalUs);
  if (within(decidedUs)) hops.push(at('decided', decidedUs));
  else hops.push({ hop: 'decided', atMs: line.time, us: undefined });
  const forwardedUs = numberIn(outcome, 'forwardedUs');
  if (within(forwardedUs)) hops.push(at('forwarded', forwardedUs));
  const firstByteUs = numberIn(outcome, 'firstByteUs');
  if (within(firstByteUs)) hops.push(at('answering', firstByteUs));
  hops.push(at('answered', totalUs));
  return hops;
}

function withoutTotal(line: EntryLine, outcome: EntryLine | undefined): readonly FoundHop[] {
  const decided: FoundHop = { hop: 'decided', atMs: line.time, us: undefined };
  return outcome === undefined ? [decided] : [decided, { hop: 'answered', atMs: outcome.time, us: undefined }];
}

/** Both lines were written by one process, else their clocks have nothing to do with each other: then what comes of it is beyond the whole of the call. */
function decidedOf(line: EntryLine, outcome: EntryLine, totalUs: number): number | undefined {
  const [decided, ended] = [numberIn(line, 'mono'), numberIn(outcome, 'mono')];
  return decided === undefined || ended === undefined ? undefined : decided - (ended - totalUs);
}

function totalOf(outcome: EntryLine | undefined): number | undefined {
  const [gatewayUs, serverUs] = [numberIn(outcome, 'gatewayUs'), numberIn(outcome, 'serverUs')];
  return gatewayUs === undefined || serverUs === undefined ? undefined : gatewayUs + serverUs;
}

function numberIn(line: EntryLine | undefined, member: string): number | undefined {
  const value = line?.members[member];
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}
