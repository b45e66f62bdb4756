// A worker's end of limits: it spends what it holds, asks control for the rest, and says no when control does not answer in time. While control is
// away, calls go on for as long as the lease lasts.

import { createLeaseHolder } from '../policies/index.ts';
import type { LimitsPort } from '../proxy/index.ts';
import type { Links } from './child.ts';
import type { Door } from './conversation.ts';
import { readAccounts, readDecided } from './limits-frames.ts';
import { steadyNowMs } from './steady-clock.ts';

/** Control is replaced within a second; an agent that waits for longer had better be told. */
const PATIENCE_MS = 2_000;
const SWEEP_MS = 250;
/** In one message, which is one stop of control's loop. */
const CLAIMS_AT_ONCE = 1_000;

/** The door, and what the road uses. */
export interface LimitsDoor extends Door {
  readonly port: LimitsPort;
  /** This worker ends: what it has unspent goes back. */
  close(): void;
}

export function createLimitsDoor(links: Links, nowMs: () => number = steadyNowMs): LimitsDoor {
  const send = (type: string, fields: Readonly<Record<string, unknown>>): void => links.get('control')?.send(type, fields);
  const holder = createLeaseHolder({
    take: (id, wants, reports) => send('limits-take', { id, wants, reports }),
    report: (reports) => send('limits-report', { reports }),
  });
  setInterval(() => holder.sweep(nowMs()), SWEEP_MS).unref();

  return {
    port: {
      take: (charges, later) => {
        const taking = holder.take(charges, nowMs(), later);
        if (taking.kind === 'asked') setTimeout(() => holder.giveUp(taking.id), PATIENCE_MS).unref();
        return taking;
      },
      abandon: ({ id }) => holder.abandon(id),
      end: (receipt, bytes) => holder.end(receipt, bytes),
      undo: (receipt) => holder.undo(receipt),
    },
    hears: {
      'limits-taken': ({ fields }) => {
        const decided = readDecided(fields);
        if (decided !== undefined) holder.hear(decided.id, decided.taken, nowMs());
      },
      'limits-recall': (frame) => frame.reply({ reports: holder.recall(readAccounts(frame.fields), frame.fields['isChanged'] === true) }),
    },
    close: () => holder.close(),
    onControl: () => {
      const claims = holder.begin(nowMs());
      for (let at = 0; at < claims.length; at += CLAIMS_AT_ONCE)
        send('limits-claim', { claims: claims.slice(at, at + CLAIMS_AT_ONCE), isLast: false });
      send('limits-claim', { claims: [], isLast: true });
      holder.askAgain();
    },
  };
}
