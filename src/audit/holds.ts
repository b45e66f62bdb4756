// A legal hold: what somebody has to keep, whatever its time, because a court, an authority or an investigation may ask for it. While one stands, no
// record that it is about is removed, nobody whom it is about is erased, and nothing that was sealed of them. Pure.

import { compileGlob } from '../base/index.ts';
import type { Frame } from './format.ts';
import { readMembers, toText } from './read-members.ts';

/** What a hold is about: whatever fits all that is said. One that says nothing is about everything. */
export interface HoldScope {
  /** A name or a glob. */
  readonly server: string | null;
  /** As records name it. */
  readonly agent: string | null;
  /** A pseudonym. */
  readonly subject: string | null;
  /** Epoch milliseconds, both included; null: from the first record on, until the last. */
  readonly fromMs: number | null;
  readonly toMs: number | null;
}

/** A hold that stands. */
export interface Hold extends HoldScope {
  readonly id: string;
  readonly tenant: string;
  readonly reason: string;
  /** Who set it: `key:` and the name of the key they showed. Another one has to lift it. */
  readonly by: string;
  readonly sinceMs: number;
}

/** Follows the records of one log, in order, and says which holds want each of them kept. */
export interface HoldCheck {
  /** Ids of the holds; mostly none. */
  holdsOf(frame: Frame, text: string): readonly string[];
}

/** Begins at any record: what only the outcome of an earlier call tells is kept once its decision was seen. */
export function createHoldCheck(holds: readonly Hold[]): HoldCheck {
  const tests = holds.map((hold) => ({ id: hold.id, isAbout: compileScope(hold) }));
  /** Calls that are held, and whose outcome is still to come: it names nobody, and belongs to its decision. */
  const calls = new Map<string, readonly string[]>();
  return {
    holdsOf(frame, text) {
      if (tests.length === 0) return [];
      const members = readMembers(text);
      const call = toText(members['id']);
      if (frame.kind === 'outcome') {
        const held = calls.get(call) ?? [];
        calls.delete(call);
        return held;
      }
      const held = tests.filter(({ isAbout }) => isAbout(frame.time, members)).map(({ id }) => id);
      if (frame.kind === 'decision' && members['verdict'] === 'allow' && held.length > 0) calls.set(call, held);
      return held;
    },
  };
}

/** What an envelope of the vault says of itself. */
export interface EnvelopeFacts {
  readonly time: number;
  readonly server: string;
  readonly subject: string;
}

/** Whether something that was sealed is held. It names no agent, so a hold on one may be about any. */
export function createEnvelopeTest(holds: readonly Hold[]): (facts: EnvelopeFacts) => boolean {
  const tests = holds.map((hold) => compileScope({ ...hold, agent: null }));
  return ({ time, server, subject }) => tests.some((isAbout) => isAbout(time, { server, subject }));
}

/** What a hold is about, in words. */
export function describeScope({ server, agent, subject, fromMs, toMs }: HoldScope): string {
  const parts = [
    ...(server === null ? [] : [`server ${server}`]),
    ...(agent === null ? [] : [`agent ${agent}`]),
    ...(subject === null ? [] : [`subject ${subject}`]),
    ...(fromMs === null ? [] : [`from ${new Date(fromMs).toISOString()}`]),
    ...(toMs === null ? [] : [`to ${new Date(toMs).toISOString()}`]),
  ];
  return parts.length === 0 ? 'everything' : parts.join(', ');
}

function compileScope({
  server,
  agent,
  subject,
  fromMs,
  toMs,
}: HoldScope): (time: number, members: Readonly<Record<string, unknown>>) => boolean {
  const isServer = server === null ? undefined : compileGlob(server);
  return (time, members) => {
    if (time < (fromMs ?? -Infinity) || time > (toMs ?? Infinity)) return false;
    // What people did names the server or the person that it was done to as its target.
    const target = toText(members['target']);
    return (
      (isServer === undefined || isServer(toText(members['server'])) || (target !== '' && isServer(target))) &&
      (agent === null || members['agent'] === agent || target === agent) &&
      (subject === null || members['subject'] === subject || target === subject)
    );
  };
}
