// Which entries of the record somebody wants, as it stands behind a question mark. Members are those of the commands that search the record.

import * as z from 'zod';
import { ENTRY_KINDS } from '../audit/index.ts';
import type { EntryKind } from '../audit/index.ts';

const MAX_WORD_CHARS = 256;
const MAX_REASON_CHARS = 500;

/** One line, nothing that steers a terminal or hides in a record. */
const line = (max: number): z.ZodString =>
  z
    .string()
    .min(1, 'must not be empty')
    .max(max, `must have at most ${max} characters`)
    // oxlint-disable-next-line no-control-regex
    .regex(/^[^\u0000-\u001f\u007f-\u009f]*$/, 'must be one line without control characters');
const word = line(MAX_WORD_CHARS);
const time = z.iso.datetime({ error: 'must be a time in UTC like 2026-11-22T10:00:00Z' });

/** How the record frames and signs itself: shown only to who asks for it. */
const ASKED_FOR: ReadonlySet<EntryKind> = new Set(['log', 'checkpoint']);
const SHOWN_KINDS: readonly EntryKind[] = ENTRY_KINDS.filter((kind) => !ASKED_FOR.has(kind));

const kinds = z
  .string()
  .transform((text) => text.split(','))
  .pipe(z.array(z.enum(ENTRY_KINDS)).min(1));

/** A pseudonym may stand on record as it was asked for; anything else may be somebody's name. */
const PSEUDONYM = /^sub_[0-9a-f]{24}$/;

/** Why somebody reads the record, in their words. */
export const reasonMember = line(MAX_REASON_CHARS).optional().meta({ description: 'Why, in the words of who asks; it goes on record.' });

/** What entries can be chosen by; all that is given must hold. */
export const filterMembers = {
  from: time.optional().meta({ description: 'From then on.' }),
  to: time.optional().meta({ description: 'Before then.' }),
  kind: kinds
    .optional()
    .meta({ description: `Of these kinds, with commas between them: ${ENTRY_KINDS.join(', ')}. Without it: all but log and checkpoint.` }),
  id: word.optional().meta({ description: 'Of a call, an act, a question to a person, or a lock.' }),
  agent: word.optional().meta({ description: 'Name of the agent, where names stand on record.' }),
  subject: word.optional().meta({ description: 'Whom it is about: a pseudonym, or the name of a user where those stand on record.' }),
  server: word.optional(),
  tool: word.optional(),
  rule: word.optional().meta({ description: 'The rule that decided.' }),
  verdict: z.enum(['allow', 'ask', 'deny']).optional(),
  status: z.enum(['ok', 'tool_error', 'rpc_error', 'refused', 'failed', 'cancelled', 'unknown']).optional(),
  finding: word.optional().meta({ description: 'Name of a detector that found something in it.' }),
} as const;

interface AskedFilter {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly kind?: readonly EntryKind[] | undefined;
  readonly subject?: string | undefined;
}

/** What only the whole of a filter tells: that its times are in order, its kinds, and what of it may stand on record. */
export function completeFilter<Asked extends AskedFilter>(
  asked: Asked,
  context: z.core.$RefinementCtx,
): Asked & { readonly kind: readonly EntryKind[]; readonly pseudonym: string | undefined } {
  const { from, to, kind, subject } = asked;
  if (from !== undefined && to !== undefined && Date.parse(from) >= Date.parse(to))
    context.addIssue({ code: 'custom', path: ['from'], message: 'must be before `to`' });
  if (subject?.startsWith('sub_') === true && !PSEUDONYM.test(subject))
    // A pseudonym with a slip in it is not taken for a name: nothing would be found, and that would look like an answer.
    context.addIssue({ code: 'custom', path: ['subject'], message: 'is no pseudonym: those are sub_ and 24 hex digits' });
  return {
    ...asked,
    kind: kind ?? SHOWN_KINDS,
    pseudonym: subject !== undefined && PSEUDONYM.test(subject) ? subject : undefined,
  };
}

/** What of a filter goes on record beside whom it is about. */
export const FILTER_DETAILS = {
  from: 'query.from',
  to: 'query.to',
  subject: 'query.pseudonym',
  server: 'query.server',
  tool: 'query.tool',
  rule: 'query.rule',
  verdict: 'query.verdict',
  status: 'query.status',
  finding: 'query.finding',
  id: 'query.id',
} as const;
