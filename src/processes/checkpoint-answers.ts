// What the keeper answers about checkpoints. A worker is signed for its own log and for no other; control for those that nobody writes, and its own.

import { parseCheckpointAsk } from '../audit/keeping.ts';
import type { Fields, Frame } from './channel.ts';
import type { CheckpointSigner, SeenLog } from './checkpoint-signer.ts';
import type { Role } from './messages.ts';

/** Who may ask what. */
const ASKED_BY: Readonly<Record<string, readonly Role[]>> = {
  checkpoint: ['worker', 'control'],
  'checkpoints-signed': ['control'],
  'checkpoint-forget': ['control'],
  'checkpoint-logs': ['control'],
};

/** Answers a question about checkpoints; undefined: it is none, or this role may not ask it. `name`: of the process that asks. */
export function answerCheckpoints(signer: CheckpointSigner, role: Role, name: string, frame: Frame): Fields | undefined {
  if (ASKED_BY[frame.type]?.includes(role) !== true) return undefined;
  try {
    return answer(signer, role === 'worker' ? slotOf(name) : String(frame.fields['slot']), frame);
  } catch (error) {
    return { error: error instanceof Error ? error.message : 'unknown' };
  }
}

function answer(signer: CheckpointSigner, slot: string, { type, fields }: Frame): Fields {
  switch (type) {
    case 'checkpoint': {
      const ask = parseCheckpointAsk(fields);
      return ask === undefined ? { error: 'That is no question for a checkpoint.' } : { ...signer.sign(slot, ask) };
    }
    case 'checkpoints-signed':
      return { key: signer.verifierKey(), logs: signer.logs() };
    case 'checkpoint-logs':
      signer.saw(Array.isArray(fields['logs']) ? fields['logs'].filter(isSeenLog) : []);
      return {};
    default:
      return { forgotten: signer.forget(String(fields['log'])) ?? null };
  }
}

/** The slot in a process's name, `worker-0.7`: the supervisor gives names, so none can take another's. */
export function slotOf(name: string): string {
  return name.slice(0, name.lastIndexOf('.'));
}

function isSeenLog(value: unknown): value is SeenLog {
  return (
    typeof value === 'object' &&
    value !== null &&
    'log' in value &&
    typeof value.log === 'string' &&
    'slot' in value &&
    typeof value.slot === 'string'
  );
}
