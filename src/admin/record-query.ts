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
const SHOWN_KINDS = ENTRY_KINDS.filter((kind) => !ASKED_FOR.has(kind));

const kinds = z
  .string()
  .transform((text) => text.split(','))
  .pipe(z.array(z.enum(ENTRY_KINDS)).min(1));

/** Why somebody reads the record, in their words. */
export const reasonMember = line(MAX_REASON_CHARS).optional().meta({ description: 'Why, in the words of who asks; it goes on record.' });

/** What entries can be chosen by; all that is given must hold. */
export const filterMembers = {
  from: time.optional().meta({ description: 'From then on.' }),
  to: time.optional().meta({ description: 'Before then.' }),
  kind: kinds
    .default(SHOWN_KINDS)
    .meta({ description: `Of these kinds, with commas between them: ${ENTRY_KINDS.join(', ')}. Without it: all but log and checkpoint.` }),
  id: word.optional().meta({ description: 'Of a call, an act, a question to a person, or a lock.' }),
  agent: word.optional().meta({ description: 'Name of the agent, where names stand on record.' }),
  // Nothing but a pseudonym: what is asked for goes on record, where a name may not.
  subject: z
    .string()
    .regex(/^sub_[0-9a-f]{24}$/, 'is no pseudonym: those are sub_ and 24 hex digits')
    .optional()
    .meta({ description: 'Pseudonym of whom it is about.' }),
  server: word.optional(),
  tool: word.optional(),
  rule: word.optional().meta({ description: 'The rule that decided.' }),
  verdict: z.enum(['allow', 'ask', 'deny', 'given_up']).optional(),
  status: z.enum(['ok', 'tool_error', 'rpc_error', 'refused', 'failed', 'cancelled', 'unknown']).optional(),
  finding: word.optional().meta({ description: 'Name of a detector that found something in it.' }),
} as const;

/** Whether times are in order: nothing would be found otherwise, and that would look like an answer. */
export function areInOrder({ from, to }: { readonly from?: string | undefined; readonly to?: string | undefined }): boolean {
  return from === undefined || to === undefined || Date.parse(from) < Date.parse(to);
}

/** What is said where they are not. */
export const ORDER_ISSUE: { path: string[]; error: string } = { path: ['from'], error: 'must be before `to`' };

/** What of a filter goes on record beside whom it is about. */
export const FILTER_DETAILS = {
  from: 'query.from',
  to: 'query.to',
  subject: 'query.subject',
  server: 'query.server',
  tool: 'query.tool',
  rule: 'query.rule',
  verdict: 'query.verdict',
  status: 'query.status',
  finding: 'query.finding',
  id: 'query.id',
} as const;
