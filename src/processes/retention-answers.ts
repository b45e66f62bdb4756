// What the keeper answers about removing records: whether its clock can be gone by, and a signature where it may be given. Control alone asks.

import type { Fields, Frame } from './channel.ts';
import type { Role } from './messages.ts';
import type { RetentionClock } from './retention-clock.ts';
import type { SignTombstone } from './tombstone-signer.ts';

export interface RetentionAnswers {
  readonly clock: RetentionClock;
  readonly sign: SignTombstone;
}

const QUESTIONS: ReadonlySet<string> = new Set(['retention-clock', 'sign-tombstone']);

/** Answers a question about removing records; undefined: it is none, or this role may not ask it. */
export function answerRetention({ clock, sign }: RetentionAnswers, role: Role, { type, fields }: Frame): Fields | undefined {
  if (role !== 'control' || !QUESTIONS.has(type)) return undefined;
  try {
    if (type === 'retention-clock') {
      if (fields['isRight'] === true) clock.confirm();
      return { clock: clock.look() };
    }
    const signed = sign(fields['removal']);
    return signed.ok ? { note: signed.value } : { error: signed.error };
  } catch (error) {
    return { error: error instanceof Error ? error.message : 'unknown' };
  }
}
