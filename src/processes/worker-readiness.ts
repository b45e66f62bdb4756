// What a worker answers to who asks whether it is ready. Anybody may ask, so that it names what is wrong, and no names, numbers or reasons.

import type { AuditLog } from '../audit/index.ts';
import type { Snapshot } from '../config/index.ts';

/** What it depends on. */
export interface ReadinessOf {
  readonly isDraining: boolean;
  readonly audit: Pick<AuditLog, 'state'>;
  readonly snapshot: Pick<Snapshot, 'revision'> & { readonly lockdown: Pick<Snapshot['lockdown'], 'isOn'> };
  /** For how long control has not been linked; undefined: it is. */
  readonly cutOffMs: number | undefined;
  /** What control says. */
  readonly faults: readonly string[];
}

/** Control that has died is there again sooner than this. */
const CUT_OFF_MS = 10_000;

/** The answer to /readyz. */
export function readinessOf(worker: ReadinessOf): { readonly ready: boolean; readonly body: Uint8Array } {
  const { isDraining, audit, snapshot, cutOffMs, faults } = worker;
  const all = [
    ...(isDraining ? ['draining'] : []),
    ...(audit.state === 'open' ? [] : ['the audit log cannot be written']),
    // What is locked, and why, stands in the status and the log.
    ...(snapshot.lockdown.isOn ? ['a lockdown is in force'] : []),
    ...(cutOffMs !== undefined && cutOffMs > CUT_OFF_MS ? ['what is in force may have changed since: control cannot be reached'] : []),
    ...faults,
  ];
  const ready = !isDraining && audit.state === 'open';
  const said = { status: ready ? 'ready' : 'not ready', revision: snapshot.revision, faults: all };
  return { ready, body: Buffer.from(`${JSON.stringify(said)}\n`) };
}
