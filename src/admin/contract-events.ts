// What happens, as it happens, as the admin API tells it: one stream for all topics, because a browser has few connections for one place.

import * as z from 'zod';
import { jobSchema } from './contract-jobs.ts';
import { overviewPointSchema } from './contract-overview.ts';
import { recordSchema } from './contract-records.ts';
import type { Endpoint } from './endpoint.ts';
import { filterMembers, reasonMember } from './record-query.ts';

/** What one can listen to. */
export const EVENT_TOPICS = ['calls', 'changes', 'overview', 'jobs'] as const;

/** What may have changed: whoever shows it reads it again. */
export const CHANGED = [
  'agents',
  'approvals',
  'catalogue',
  'checkpoints',
  'flow',
  'holds',
  'lockdown',
  'operators',
  'policy',
  'proposals',
  'releases',
  'servers',
  'settings',
] as const;

const topics = z
  .string()
  .transform((text) => text.split(','))
  .pipe(z.array(z.enum(EVENT_TOPICS)).min(1));

const { agent, subject, server, tool, rule, verdict, finding } = filterMembers;

const eventsQuery = z.strictObject({
  topics: topics.meta({ description: `With commas between them: ${EVENT_TOPICS.join(', ')}.` }),
  agent,
  subject,
  server,
  tool,
  rule,
  verdict,
  finding,
  reason: reasonMember,
});

const eventSchema = z.discriminatedUnion('topic', [
  z
    .strictObject({ topic: z.literal('ready') })
    .meta({ description: 'The first: what happens from here on is told. Whoever shows a list reads it now.' }),
  z
    .strictObject({ topic: z.literal('call'), record: recordSchema })
    .meta({ description: 'A call was decided, or has ended: then it comes once more, with its end.' }),
  z
    .strictObject({ topic: z.literal('skipped'), calls: z.int() })
    .meta({ description: 'So many calls were not told, because there were too many at once; they are on record.' }),
  z.strictObject({ topic: z.literal('change'), of: z.enum(CHANGED) }),
  z
    .strictObject({ topic: z.literal('overview'), point: overviewPointSchema })
    .meta({ description: 'How the gateway does, every two seconds.' }),
  z.strictObject({ topic: z.literal('job'), job: jobSchema }),
  z.strictObject({ topic: z.literal('over'), why: z.literal('newer') }).meta({
    description:
      'The last: newer streams of the same session have taken its place. Whoever connects again at once takes the place of one of them.',
  }),
]);

/** Endpoints about what happens now. */
export const EVENT_ENDPOINTS = {
  listen: {
    method: 'GET',
    path: '/events',
    summary: 'What happens, as it happens',
    query: eventsQuery,
    request: undefined,
    response: eventSchema,
    form: 'events',
    status: 200,
    versioned: false,
    // Who looks on as calls are made reads the record; what has changed, and how a job comes on, is no secret of anybody's.
    act: {
      action: 'records.watch',
      kind: 'read',
      when: { place: 'query.topics', includes: 'calls' },
      target: 'query.agent',
      targetIs: 'agent',
      targetAs: 'known',
      reason: 'query.reason',
      details: {
        subject: 'query.subject',
        server: 'query.server',
        tool: 'query.tool',
        rule: 'query.rule',
        verdict: 'query.verdict',
        finding: 'query.finding',
      },
    },
  },
} as const satisfies Record<string, Endpoint>;

export type EventTopic = (typeof EVENT_TOPICS)[number];
export type Changed = (typeof CHANGED)[number];
export type EventsQuery = z.output<typeof eventsQuery>;
export type GatewayEvent = z.output<typeof eventSchema>;
