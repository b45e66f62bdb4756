// How a process that writes a log has it signed by the keeper, and how it says that this does not go as it should.

import { parseCheckpointAnswer } from '../audit/index.ts';
import type { AskForCheckpoint, CheckpointState } from '../audit/index.ts';
import type { Log, Metrics } from '../telemetry/index.ts';
import type { Fields } from './channel.ts';
import type { Links } from './child.ts';

/** How often is looked whether something is to be signed. */
export const CHECKPOINT_TICK_MS = 100;
/** A keeper that is being replaced is back by then; if not, the next try is a second later. */
const TIMEOUT_MS = 2_000;

/** Asks the keeper. `slot`: whose log it is; from a worker it goes by the worker's own. */
export function askKeeper(links: Pick<Links, 'request'>, slot: string, metrics: Metrics): AskForCheckpoint {
  const count = (result: 'signed' | 'late' | 'disputed'): void => metrics.counter('sallyport.audit.checkpoints', { result }).add();
  return async (ask) => {
    const answer = await links.request('keeper', 'checkpoint', { slot, ...ask }, TIMEOUT_MS).catch(() => undefined);
    const said = answer === undefined ? undefined : parseCheckpointAnswer(answer.fields);
    if (said === undefined) {
      count('late');
      throw new Error(answer === undefined ? 'the keeper does not answer' : faultIn(answer.fields));
    }
    if (said.kind !== 'elsewhere') count(said.kind);
    return said;
  };
}

/** Why the keeper does not do what it was asked for, in its own words. */
export function faultIn({ error }: Fields): string {
  return typeof error === 'string' ? error : 'it says what is no answer';
}

/** Logs what a log's checkpoints have come to. */
export function logState(log: Log, slot: string, state: CheckpointState): void {
  if (state.kind === 'current') log.info('checkpoints are signed again', { slot });
  else if (state.kind === 'late') log.warn('checkpoints are late', { slot, reason: state.why });
  else
    log.error('the audit log is not the one that was signed; nothing of it is signed', {
      slot,
      reason: state.dispute.why,
      signed: state.dispute.size,
    });
}

/** What a person should know of a log's checkpoints; undefined: nothing. */
export function describeState(slot: string, state: CheckpointState): string | undefined {
  switch (state.kind) {
    case 'current':
      return undefined;
    case 'late':
      return `The record of ${slot} has had no checkpoint since ${new Date(state.since).toISOString()}: ${state.why}.`;
    case 'disputed': {
      const { why, size, time } = state.dispute;
      const signed = `${size} records that were signed by ${new Date(time).toISOString()}`;
      if (why === 'foreign')
        return `The record of ${slot} gets no checkpoints: it is signed for another log's writer, or too many logs were.`;
      const what =
        why === 'shorter'
          ? `lacks some of the ${signed}: it was cut off, or an old copy was put in its place`
          : `differs from the ${signed}`;
      return `The record of ${slot} ${what}. It gets no checkpoints; sallyport audit verify says more.`;
    }
    default:
      return state satisfies never;
  }
}
