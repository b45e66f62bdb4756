// A worker's end of checkpoints: has its log signed by the keeper while it serves. No call waits for any of it.

import { createCheckpointer } from '../audit/index.ts';
import type { AuditLog, Checkpointer, CheckpointState } from '../audit/index.ts';
import type { Log, Metrics } from '../telemetry/index.ts';
import { askKeeper, CHECKPOINT_TICK_MS, describeState, logState } from './checkpoint-port.ts';
import type { Links } from './child.ts';
import type { Door } from './conversation.ts';

export interface CheckpointDoor extends Door {
  /** From now on this log is signed. */
  begin(audit: AuditLog): void;
  /** Has the last of it signed. */
  close(): Promise<void>;
}

export interface CheckpointDoorOptions {
  readonly slot: string;
  readonly links: Links;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly nowMs: () => number;
}

export function createCheckpointDoor({ slot, links, log, metrics, nowMs }: CheckpointDoorOptions): CheckpointDoor {
  let checkpointer: Checkpointer | undefined;
  let ticking: NodeJS.Timeout | undefined;
  const tell = (state: CheckpointState): void =>
    links.get('control')?.send('checkpoint-state', { slot, fault: describeState(slot, state) ?? null });
  return {
    begin: (audit) => {
      const ask = askKeeper(links, slot, metrics);
      const onState = (state: CheckpointState): void => {
        logState(log, slot, state);
        tell(state);
      };
      checkpointer = createCheckpointer({ log: audit, ask, clock: nowMs, onState });
      ticking = setInterval(() => checkpointer?.tick(), CHECKPOINT_TICK_MS).unref();
    },
    close: async () => {
      clearInterval(ticking);
      await checkpointer?.close();
    },
    onControl: () => (checkpointer === undefined ? undefined : tell(checkpointer.state)),
  };
}
