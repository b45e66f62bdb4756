// A worker's end of whom records are about. It asks the keeper once for everybody it carries a call for, and remembers: their keys are nowhere else
// in the process, and go from here when somebody is erased. The keeper may be away for a while; only whoever is new then has to wait.

import { createSubject } from '../audit/index.ts';
import type { Subject } from '../audit/index.ts';
import type { Principal } from '../agents/index.ts';
import type { Subjects } from '../proxy/index.ts';
import type { Metrics } from '../telemetry/index.ts';
import type { Fields } from './channel.ts';
import type { Links } from './child.ts';
import type { Door } from './conversation.ts';
import { keysFromFields } from './subject-answers.ts';

export interface SubjectsDoor extends Door {
  readonly subjects: Subjects;
}

export interface SubjectsDoorOptions {
  readonly links: Pick<Links, 'request'>;
  readonly metrics: Metrics;
  readonly nowMs: () => number;
}

type Known = (subject: Subject | undefined) => void;

interface Entry {
  readonly subject: Subject;
  /** From then on there are newer keys. */
  readonly untilMs: number;
}

/** Longer than the keeper needs when it is replaced; whose records cannot be made by then is refused. */
const TIMEOUT_MS = 2_000;
/** At the turn of the month everybody's keys are new: those of the old one serve until the new ones are there. */
const GRACE_MS = 3_600_000;
/** Two clocks that disagree at the turn of the month must not make a question of every call. */
const MIN_LIFE_MS = 1_000;
const MAX_SUBJECTS = 50_000;
const MAX_ERASED = 10_000;

export function createSubjectsDoor({ links, metrics, nowMs }: SubjectsDoorOptions): SubjectsDoor {
  const known = new Map<string, Entry>();
  const waiting = new Map<string, Known[]>();
  /** What was on its way when somebody was erased must not come back. */
  const erased = new Set<string>();

  const ask = async (fields: Fields): Promise<Fields | undefined> => {
    const answer = await links.request('keeper', 'subject', fields, TIMEOUT_MS).catch(() => undefined);
    const isAnswered = answer !== undefined && answer.fields['error'] === undefined;
    metrics.counter('sallyport.subjects.questions', { outcome: isAnswered ? 'answered' : 'unknown' }).add();
    return isAnswered ? answer.fields : undefined;
  };
  const fetch = async (principal: Principal, isAgain = false): Promise<Entry | undefined> => {
    const said = await ask(whoIs(principal));
    const keys = said === undefined ? undefined : keysFromFields(said);
    const untilMs = Number(said?.['untilMs']);
    if (keys === undefined) return undefined;
    if (erased.has(keys.pseudonym)) return isAgain ? undefined : fetch(principal, true);
    return { subject: createSubject(keys), untilMs: Math.max(Number.isFinite(untilMs) ? untilMs : 0, nowMs() + MIN_LIFE_MS) };
  };
  const remember = (key: string, entry: Entry): void => {
    const before = known.get(key);
    // Calls under way may still commit under keys that are only old.
    if (before === undefined && known.size >= MAX_SUBJECTS) {
      const [oldest] = known.keys();
      if (oldest !== undefined) known.delete(oldest);
    }
    known.set(key, entry);
  };
  const learn = (key: string, principal: Principal): void => {
    const settle = (entry: Entry | undefined): void => {
      if (entry !== undefined) remember(key, entry);
      const heard = waiting.get(key) ?? [];
      waiting.delete(key);
      for (const done of heard) done(entry?.subject);
    };
    void fetch(principal).then(settle, () => settle(undefined));
  };

  return {
    subjects: {
      know: (principal, done) => {
        const key = keyOf(principal);
        const entry = known.get(key);
        const now = nowMs();
        if (entry !== undefined && now < entry.untilMs + GRACE_MS) {
          if (now >= entry.untilMs && !waiting.has(key)) {
            waiting.set(key, []);
            learn(key, principal);
          }
          return done(entry.subject);
        }
        const others = waiting.get(key);
        if (others !== undefined) return void others.push(done);
        waiting.set(key, [done]);
        learn(key, principal);
      },
    },
    hears: {
      'subject-erased': (frame) => {
        const pseudonym = String(frame.fields['pseudonym']);
        if (erased.size >= MAX_ERASED) erased.clear();
        erased.add(pseudonym);
        for (const [key, { subject }] of known) {
          if (subject.pseudonym !== pseudonym) continue;
          known.delete(key);
          subject.forget();
        }
        frame.reply({});
      },
    },
    // While control was away, somebody may have been erased.
    onControl: () => known.clear(),
  };
}

function whoIs({ tenant, agent, user }: Principal): Fields {
  return user === undefined ? { tenant, kind: 'agent', name: agent } : { tenant, kind: 'user', name: user };
}

function keyOf({ tenant, agent, user }: Principal): string {
  return user === undefined ? `${tenant}\u0000${agent}` : `${tenant}\u0000${agent}\u0000${user}`;
}
