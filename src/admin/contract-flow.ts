// What tasks have used before, as the admin API has it.

import * as z from 'zod';
import { agentNameSchema } from '../agents/index.ts';
import type { Endpoint } from './endpoint.ts';

const time = z.iso.datetime();

const agentTaintSchema = z.strictObject({
  agent: z.string(),
  labels: z
    .array(z.strictObject({ label: z.string(), until: time }))
    .meta({ description: 'Labels of what it has used, as far as they count for everything it does, and until when.' }),
  elsewhere: z.array(z.string()).meta({ description: 'Labels that count in some of its sessions, or under some of its traces, only.' }),
  sessions: z.int().meta({ description: 'Sessions of which something is known.' }),
  traces: z.int().meta({ description: 'Traces under which it has used something.' }),
});

const clearInputSchema = z.strictObject({
  agent: agentNameSchema.nullable().meta({ description: 'Whose; null: of all agents, also where it cannot be read.' }),
  by: z
    .string()
    .max(128, 'must have at most 128 characters')
    // oxlint-disable-next-line no-control-regex
    .regex(/^[^\u0000-\u001f\u007f-\u009f]*$/, 'must be one line without control characters')
    .default('')
    .meta({ description: 'Who wants it forgotten, for the record.' }),
});

/** Endpoints about what tasks have used. */
export const FLOW_ENDPOINTS = {
  readFlow: {
    method: 'GET',
    path: '/flow',
    summary: 'What agents have used before, as far as a rule looks at it',
    request: undefined,
    response: z.strictObject({
      fault: z.string().nullable().meta({ description: 'Why nobody can say; calls that depend on it are refused then.' }),
      hidden: z.boolean().meta({ description: 'The privacy profile does not let agents be told apart: none is listed.' }),
      agents: z.array(agentTaintSchema),
    }),
    status: 200,
    versioned: false,
  },
  clearFlow: {
    method: 'POST',
    path: '/flow/clear',
    summary: 'Forget what an agent has used before',
    request: clearInputSchema,
    response: z.strictObject({ cleared: z.boolean().meta({ description: 'Whether there was anything.' }) }),
    status: 200,
    versioned: false,
    act: {
      action: 'flow.clear',
      kind: 'change',
      target: 'body.agent',
      targetIs: 'agent',
      details: { cleared: 'answer.cleared' },
    },
  },
} as const satisfies Record<string, Endpoint>;

export type FlowView = z.output<(typeof FLOW_ENDPOINTS)['readFlow']['response']>;
export type ClearFlowInput = z.output<typeof clearInputSchema>;
export type ClearedFlow = z.output<(typeof FLOW_ENDPOINTS)['clearFlow']['response']>;
