// What may be said, by whom, in which era: one row a method (schema/2026-07-28, schema/2025-11-25, schema/2025-06-18).
// A method without a row is not carried; the gateway cannot judge what it does not know.

import type { Era, MethodRule, ServerMethodRule } from './types.ts';

const MODERN: readonly Era[] = ['modern'];
const LEGACY: readonly Era[] = ['legacy'];
const BOTH: readonly Era[] = ['modern', 'legacy'];

const PLAIN: Omit<MethodRule, 'eras'> = {
  subject: 'server',
  nameParam: undefined,
  list: undefined,
  replayable: false,
  interactive: false,
};

function row(eras: readonly Era[], differences: Partial<MethodRule> = {}): MethodRule {
  return { ...PLAIN, eras, ...differences };
}

/** What an agent may send. */
export const METHODS: ReadonlyMap<string, MethodRule> = new Map([
  ['server/discover', row(MODERN, { replayable: true })],
  ['tools/list', row(BOTH, { list: { member: 'tools', key: 'name' }, replayable: true })],
  ['tools/call', row(BOTH, { subject: 'tool', nameParam: 'name', interactive: true })],
  ['prompts/list', row(BOTH, { list: { member: 'prompts', key: 'name' }, replayable: true })],
  ['prompts/get', row(BOTH, { subject: 'prompt', nameParam: 'name', replayable: true, interactive: true })],
  ['resources/list', row(BOTH, { list: { member: 'resources', key: 'uri' }, replayable: true })],
  ['resources/templates/list', row(BOTH, { list: { member: 'resourceTemplates', key: 'uriTemplate' }, replayable: true })],
  ['resources/read', row(BOTH, { subject: 'resource', nameParam: 'uri', replayable: true, interactive: true })],
  ['resources/subscribe', row(LEGACY, { subject: 'resource', nameParam: 'uri' })],
  ['resources/unsubscribe', row(LEGACY, { subject: 'resource', nameParam: 'uri' })],
  // Its subject is the prompt or the template that params.ref names: readSubject knows.
  ['completion/complete', row(BOTH)],
  ['subscriptions/listen', row(MODERN)],
  ['initialize', row(LEGACY)],
  ['ping', row(LEGACY, { replayable: true })],
  ['logging/setLevel', row(LEGACY)],
  ['tasks/get', row(BOTH, { nameParam: 'taskId', replayable: true, task: true })],
  ['tasks/update', row(MODERN, { nameParam: 'taskId', task: true })],
  ['tasks/cancel', row(BOTH, { nameParam: 'taskId', task: true })],
  ['tasks/result', row(LEGACY, { nameParam: 'taskId', task: true })],
  ['tasks/list', row(LEGACY, { task: true })],
  ['notifications/initialized', row(LEGACY, { notification: true })],
  // On the modern era only stdio has it: over HTTP the agent hangs up instead (basic/patterns/cancellation).
  ['notifications/cancelled', row(BOTH, { notification: true })],
  ['notifications/progress', row(LEGACY, { notification: true })],
  ['notifications/roots/list_changed', row(LEGACY, { notification: true })],
  ['notifications/tasks/status', row(LEGACY, { notification: true, task: true })],
]);

const notification = (eras: readonly Era[], on?: ServerMethodRule['on'], since?: string): ServerMethodRule => ({
  kind: 'notification',
  eras,
  on,
  since,
});
const request = (since?: string): ServerMethodRule => ({ kind: 'request', eras: LEGACY, on: undefined, since });

/** What a server may send besides the answer. A modern server sends no requests at all (basic/index, "Messages"). */
export const SERVER_METHODS: ReadonlyMap<string, ServerMethodRule> = new Map([
  ['notifications/progress', notification(BOTH, 'call')],
  ['notifications/message', notification(BOTH, 'call')],
  ['notifications/subscriptions/acknowledged', notification(MODERN, 'listen')],
  ['notifications/tools/list_changed', notification(BOTH, 'listen')],
  ['notifications/prompts/list_changed', notification(BOTH, 'listen')],
  ['notifications/resources/list_changed', notification(BOTH, 'listen')],
  ['notifications/resources/updated', notification(BOTH, 'listen')],
  ['notifications/tasks', notification(MODERN, 'listen')],
  // cancellation.mdx lets a server end a listen this way, subscriptions.mdx prefers a result: either is taken.
  ['notifications/cancelled', notification(BOTH, 'listen')],
  ['notifications/elicitation/complete', notification(LEGACY, undefined, '2025-11-25')],
  ['notifications/tasks/status', notification(LEGACY, undefined, '2025-11-25')],
  ['ping', request()],
  ['sampling/createMessage', request()],
  ['elicitation/create', request('2025-06-18')],
  ['roots/list', request()],
]);

/** The extension by which an agent permits a server to answer a call with a task. */
export const TASKS_EXTENSION = 'io.modelcontextprotocol/tasks';
