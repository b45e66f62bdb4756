// Where the time of a call goes. The road notes when a call came by each of its stations; what lies between two of them is a stage, and all stages
// together, with the server's own time, are the call. A mark costs one reading of the clock: nothing is made or looked up for it.

import type { Readiness } from '../servers/index.ts';
import type { Arrival, Call } from './exchange.ts';

/** Stations in microseconds of the worker's clock, and waits in microseconds; 0 where a call did not come by. */
export interface CallTimes {
  /** It was read, and placed with the server and the worker that it belongs to. */
  receivedUs: number;
  /** It was admitted or refused. */
  decidedUs: number;
  /** Its decision is on record; of a critical call, on disk. */
  recordedUs: number;
  /** Since when it waits until its server can be used, which a program that has to be started cannot at once; 0 where it does not wait. */
  awaitingServerSinceUs: number;
  /** How long it has waited for that since it was decided, and before: what is used must be what was approved, and the server has to list it. */
  awaitedServerUs: number;
  awaitedToDecideUs: number;
  /** The server's answer began. */
  firstByteUs: number;
  /** How long its request was looked into. */
  requestInspectedUs: number;
  /** How long its answer was looked into, once that was there. */
  answerInspectedUs: number;
  /** How long its answer was there and waited for the log. */
  heldUs: number;
}

/** A stage of a call, in the order in which it comes by. What `authenticate` takes lies before them: it is done with the head alone. */
export type Stage = 'receive' | 'inspect' | 'decide' | 'record' | 'forward' | 'answer';

/** What is looked at of a call. */
interface Timed extends Pick<Call, 'forwardedUs' | 'answeredUs' | 'times'> {
  readonly arrival: Pick<Arrival, 'arrivedUs'>;
}

/** A call that has come by nowhere. */
export function noTimes(): CallTimes {
  return {
    receivedUs: 0,
    decidedUs: 0,
    recordedUs: 0,
    awaitingServerSinceUs: 0,
    awaitedServerUs: 0,
    awaitedToDecideUs: 0,
    firstByteUs: 0,
    requestInspectedUs: 0,
    answerInspectedUs: 0,
    heldUs: 0,
  };
}

/** Hands on what a call's server can do, as soon as it can be used: until then, the time is the server's. */
export function awaitServer(
  { server, times }: Pick<Call, 'server' | 'times'>,
  nowUs: () => number,
  ready: (readiness: Readiness) => void,
): void {
  const over = beginAwaiting(times, nowUs);
  server.prepare((readiness) => {
    over();
    ready(readiness);
  });
}

/** From now on a call waits for its server, until what this gives is called. */
export function beginAwaiting(times: CallTimes, nowUs: () => number): () => void {
  const sinceUs = nowUs();
  times.awaitingServerSinceUs = sinceUs;
  return () => {
    times.awaitingServerSinceUs = 0;
    const tookUs = nowUs() - sinceUs;
    if (times.decidedUs === 0) times.awaitedToDecideUs += tookUs;
    else times.awaitedServerUs += tookUs;
  };
}

/** The server's share of a call that is over now: until it could be used, and from what was sent to what was answered. */
export function serverUsOf({ forwardedUs, answeredUs, times }: Pick<Call, 'forwardedUs' | 'answeredUs' | 'times'>, nowUs: number): number {
  return times.awaitedToDecideUs + awaitedUsOf(times, nowUs) + askedUsOf({ forwardedUs, answeredUs }, nowUs);
}

/** From what was sent to a server to what it answered. */
export function askedUsOf({ forwardedUs, answeredUs }: Pick<Call, 'forwardedUs' | 'answeredUs'>, nowUs: number): number {
  return forwardedUs === 0 ? 0 : Math.max(0, (answeredUs === 0 ? nowUs : answeredUs) - forwardedUs);
}

/** What was given up while it waited has waited until now. */
function awaitedUsOf({ awaitedServerUs, awaitingServerSinceUs }: CallTimes, nowUs: number): number {
  return awaitedServerUs + (awaitingServerSinceUs === 0 ? 0 : nowUs - awaitingServerSinceUs);
}

/** Tells how long each stage of a call took that is over now; stages that it did not come by are left out. */
export function forEachStage(call: Timed, nowUs: number, tell: (stage: Stage, us: number) => void): void {
  const { arrival, forwardedUs, answeredUs, times } = call;
  const { receivedUs, decidedUs, recordedUs, requestInspectedUs, answerInspectedUs, heldUs } = times;
  // A share of a question to many begins in the middle: it has come by no door.
  if (receivedUs > 0) tell('receive', receivedUs - arrival.arrivedUs);
  const inspectedUs = requestInspectedUs + answerInspectedUs;
  if (inspectedUs > 0) tell('inspect', inspectedUs);
  if (decidedUs > 0)
    tell('decide', decidedUs - (receivedUs === 0 ? arrival.arrivedUs : receivedUs) - requestInspectedUs - times.awaitedToDecideUs);
  if (recordedUs > 0) tell('record', recordedUs - decidedUs + heldUs);
  const awaitedUs = awaitedUsOf(times, nowUs);
  if (forwardedUs > 0 && recordedUs > 0) tell('forward', forwardedUs - recordedUs - awaitedUs);
  // What was cut off while its server was still at it has no stage behind that.
  if (forwardedUs === 0 && times.awaitingServerSinceUs > 0) return;
  // Of what went to no server, the wait for it lies behind its record.
  const unansweredUs = forwardedUs === 0 && answeredUs === 0 ? awaitedUs : 0;
  if (forwardedUs === 0 || answeredUs > 0)
    tell('answer', nowUs - Math.max(answeredUs, recordedUs, decidedUs) - answerInspectedUs - heldUs - unansweredUs);
}
