// The record, as the admin API has it: searched, counted, one entry with all that is known of it, proofs, exports. Reading it is an act.

import * as z from 'zod';
import { COUNT_BY, ENTRY_KINDS, EXPORT_FORMATS } from '../audit/index.ts';
import type { DecisionReason } from '../audit/index.ts';
import type { Endpoint } from './endpoint.ts';
import { areInOrder, FILTER_DETAILS, filterMembers, ORDER_ISSUE, reasonMember } from './record-query.ts';

const time = z.iso.datetime();
const text = z.string().nullable();
const count = z.int().nullable();
const MAX_PAGE = 500;
const PAGE = 100;
const MAX_CURSOR_CHARS = 512;

const findingSchema = z.strictObject({
  where: z.enum(['request', 'answer']),
  type: z.string().meta({ description: 'Name of the detector, or why something was not looked into.' }),
  class: z.string(),
  count: z.int(),
  path: z.string().meta({ description: 'Where the first of them was.' }),
  action: z.string(),
});

/** What one entry says. Of members that it does not have: null. What stands in a log may have been altered: it is text, and shown as text. */
export const recordSchema = z.strictObject({
  log: z.string().meta({ description: 'The log that it stands in, and the number that it has there.' }),
  seq: z.int(),
  time,
  kind: z.enum(ENTRY_KINDS),
  id: text.meta({ description: 'Of the call, the act, the question to a person, the lock.' }),
  tenant: text,
  agent: text.meta({ description: 'null as well where names are kept out of the record, or must not be shown.' }),
  user: text,
  subject: text.meta({ description: 'Pseudonym of whom it is about.' }),
  key: text.meta({ description: 'Id of the key that was shown.' }),
  by: text.meta({ description: 'Who did it: key:NAME, os:USER, operator:NAME, or gateway.' }),
  listener: text,
  server: text,
  era: text,
  revision: text,
  method: text,
  tool: text,
  prompt: text,
  resource: text,
  action: text.meta({ description: 'What was done: of an act its name, of any other entry its event.' }),
  target: text.meta({ description: 'What it was done to.' }),
  verdict: text.meta({ description: 'allow, ask or deny.' }),
  rule: text,
  reason: text.meta({ description: 'Why a call was not carried, as a code; of what people do, why they did it, in their words.' }),
  limit: text,
  approval: text,
  status: text.meta({
    description: 'How it ended: ok, tool_error, rpc_error, refused, failed, cancelled, unknown; of an act: begun, done, refused, failed.',
  }),
  code: text,
  endedAt: time.nullable(),
  isUnderWay: z.boolean().meta({ description: 'It was allowed, and has not ended.' }),
  findings: z.array(findingSchema),
  findingsTotal: z.int().meta({ description: 'How many there are in all; not all of them are listed on record.' }),
  requestBytes: count,
  answerBytes: count,
  gatewayUs: count.meta({ description: 'Microseconds spent in the gateway.' }),
  serverUs: count.meta({ description: 'Microseconds spent waiting for the server.' }),
  isWithheld: z.boolean().meta({ description: 'It has a name that is not shown, because it takes two people to learn it.' }),
});

const unplacedSchema = z
  .array(z.strictObject({ log: z.string(), lines: z.int() }))
  .meta({ description: 'Lines that cannot be found, and are in no answer: a verification says what they are.' });

const pageQuery = z
  .strictObject({
    ...filterMembers,
    order: z.enum(['newest', 'oldest']).default('newest'),
    limit: z.coerce.number().int().min(1).max(MAX_PAGE).default(PAGE),
    cursor: z
      .string()
      .min(1)
      .max(MAX_CURSOR_CHARS)
      .optional()
      .meta({ description: '`next` of the page before, with the same members as for that page.' }),
    reason: reasonMember,
  })
  .refine(areInOrder, ORDER_ISSUE);

const countsQuery = z.strictObject({ ...filterMembers, by: z.enum(COUNT_BY), reason: reasonMember }).refine(areInOrder, ORDER_ISSUE);
const exportQuery = z
  .strictObject({ ...filterMembers, format: z.enum(EXPORT_FORMATS).default('jsonl'), reason: reasonMember })
  .refine(areInOrder, ORDER_ISSUE);
const reasonQuery = z.strictObject({ reason: reasonMember });

const countsSchema = z.strictObject({
  by: z.enum(COUNT_BY),
  from: time.nullable().meta({ description: 'What was counted: whole days, UTC, where figures could tell what one person did.' }),
  to: time.nullable(),
  smallestGroup: z.int().meta({ description: 'Groups with fewer people behind them are named, not counted.' }),
  groups: z.array(
    z.strictObject({
      group: z.string().meta({ description: 'The name, or the beginning of the hour; empty for calls that have none.' }),
      calls: count.meta({ description: 'null: fewer people than may be told apart, or it would tell the figure of such a group.' }),
    }),
  ),
});

const hopSchema = z.strictObject({
  hop: z.enum(['received', 'decided', 'forwarded', 'answering', 'answered']).meta({
    description:
      'received: its head was read. decided: by policy. forwarded: the request went to the server. answering: the first byte of its answer came. answered: the last word was with the agent.',
  }),
  at: time,
  us: z.int().nullable().meta({ description: 'Microseconds since it was received; null: the record does not say.' }),
});

const ruleSchema = z.strictObject({
  name: z.string(),
  file: text,
  line: count,
  text: text.meta({ description: 'As it stands in the file now; null: it is not there any more.' }),
  isSame: z.boolean().nullable().meta({ description: 'Whether the policy is the one that decided; null: nobody can say any more.' }),
});

const signedSchema = z.strictObject({ records: z.int(), at: time });

const storySchema = z.strictObject({
  record: recordSchema,
  hops: z.array(hopSchema).meta({ description: 'As far as the record has them.' }),
  rule: ruleSchema.nullable(),
  details: z
    .record(z.string(), z.union([z.string(), z.number()]))
    .meta({ description: 'What else stands there, as text: of acts their details; labels, class, snapshot, fingerprint of a call.' }),
  related: z.array(recordSchema).meta({ description: 'What else has to do with it: what a person said, the beginning of the act.' }),
  lines: z
    .array(z.strictObject({ seq: z.int(), text: z.string() }))
    .meta({ description: 'The lines of the log as they stand; without names that must not be shown.' }),
  signed: z.strictObject({
    first: signedSchema.nullable().meta({ description: 'The first checkpoint over it: since then nobody can change it unnoticed.' }),
    newest: signedSchema.nullable().meta({ description: 'The newest checkpoint of the log.' }),
    key: text,
  }),
  commands: z.array(z.strictObject({ says: z.string(), command: z.string() })).meta({ description: 'The same in a terminal.' }),
});

/** Endpoints about the record. */
export const RECORD_ENDPOINTS = {
  listRecords: {
    method: 'GET',
    path: '/records',
    summary: 'Find something in the record',
    query: pageQuery,
    request: undefined,
    response: z.strictObject({
      records: z.array(recordSchema),
      next: z.string().nullable().meta({ description: 'Cursor of the next page; null: there is none.' }),
      unplaced: unplacedSchema,
    }),
    status: 200,
    versioned: false,
    act: {
      action: 'records.query',
      kind: 'read',
      target: 'query.agent',
      targetIs: 'agent',
      targetAs: 'known',
      reason: 'query.reason',
      details: FILTER_DETAILS,
    },
  },
  countRecords: {
    method: 'GET',
    path: '/records/counts',
    summary: 'How many calls there were, by what was called and never by who',
    query: countsQuery,
    request: undefined,
    response: countsSchema,
    status: 200,
    versioned: false,
    act: {
      action: 'records.count',
      kind: 'read',
      target: 'query.agent',
      targetIs: 'agent',
      targetAs: 'known',
      reason: 'query.reason',
      details: { ...FILTER_DETAILS, countBy: 'query.by' },
    },
  },
  readRecord: {
    method: 'GET',
    path: '/records/{log}/{seq}',
    summary: 'All that is known of one entry of the record',
    query: reasonQuery,
    request: undefined,
    response: storySchema,
    status: 200,
    versioned: false,
    act: {
      action: 'records.show',
      kind: 'read',
      target: 'answer.record.id',
      reason: 'query.reason',
      details: { log: 'path.log', seq: 'path.seq' },
    },
  },
  proveRecord: {
    method: 'GET',
    path: '/records/{log}/{seq}/proof',
    summary: 'A proof that an entry is in its log as it was signed, for whoever has the public key alone',
    query: reasonQuery,
    request: undefined,
    response: z.string(),
    form: 'download',
    status: 200,
    versioned: false,
    act: { action: 'records.prove', kind: 'read', reason: 'query.reason', details: { log: 'path.log', seq: 'path.seq' } },
  },
  exportRecords: {
    method: 'GET',
    path: '/export',
    summary: 'The record, or a part of it, for other tools',
    query: exportQuery,
    request: undefined,
    response: z.string(),
    form: 'download',
    status: 200,
    versioned: false,
    act: {
      action: 'records.export',
      kind: 'read',
      target: 'query.agent',
      targetIs: 'agent',
      targetAs: 'known',
      reason: 'query.reason',
      details: { ...FILTER_DETAILS, format: 'query.format' },
    },
  },
} as const satisfies Record<string, Endpoint>;

/** Codes that stand in `reason` of a call; a log may be of another version, and have others. */
export type RecordReason = DecisionReason;
export type RecordView = z.output<typeof recordSchema>;
export type RecordFindingView = z.output<typeof findingSchema>;
export type RecordsQuery = z.output<typeof pageQuery>;
export type RecordsPage = z.output<(typeof RECORD_ENDPOINTS)['listRecords']['response']>;
export type RecordCountsQuery = z.output<typeof countsQuery>;
export type RecordCounts = z.output<typeof countsSchema>;
export type RecordStory = z.output<typeof storySchema>;
export type RecordHop = z.output<typeof hopSchema>;
export type RecordRule = z.output<typeof ruleSchema>;
export type ExportQuery = z.output<typeof exportQuery>;
