// From what a line of the record says to a decision that can be made anew.

import type { RecordedDecision } from './replay.ts';

/** Reads the members of a decision on record; what is missing there is missing here. */
export function readDecision(timeMs: number, members: Readonly<Record<string, unknown>>): RecordedDecision {
  const text = (name: string): string | undefined => {
    const value = members[name];
    return typeof value === 'string' ? value : undefined;
  };
  const verdict = text('verdict');
  return {
    timeMs,
    verdict: verdict === 'allow' || verdict === 'ask' ? verdict : 'deny',
    rule: text('rule'),
    reason: text('reason'),
    agent: text('agent') ?? '',
    user: text('user'),
    server: text('server') ?? '',
    era: text('era') ?? '',
    listener: text('listener') ?? '',
    method: text('method') ?? '',
    subject: subjectOf(text),
    wasAsked: text('approval') !== undefined,
    isUnread: text('inspection') === 'bypassed',
  };
}

function subjectOf(text: (name: string) => string | undefined): RecordedDecision['subject'] {
  for (const kind of ['tool', 'prompt', 'resource'] as const) {
    const name = text(kind);
    if (name !== undefined) return { kind, name };
  }
  return { kind: 'server' };
}
