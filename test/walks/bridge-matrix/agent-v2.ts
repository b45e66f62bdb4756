// An agent of 2026-07-28: the client of SDK v2, which asks in no other revision here.

import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { META } from '../../harness/index.ts';
import { CAPABILITIES, elicited, INFO, roots, sampled } from './agent.ts';
import type { Access, Agent } from './agent.ts';

/** Connects it. */
export async function connectV2({ url, headers }: Access): Promise<Agent> {
  const heard: string[] = [];
  const client = new Client(INFO, { versionNegotiation: { mode: { pin: '2026-07-28' } }, capabilities: CAPABILITIES });
  client.setRequestHandler('elicitation/create', ({ params }) => elicited(params));
  client.setRequestHandler('sampling/createMessage', sampled);
  client.setRequestHandler('roots/list', roots);
  for (const method of ['notifications/tools/list_changed', 'notifications/resources/updated', 'notifications/message'] as const)
    client.setNotificationHandler(method, () => void heard.push(method));
  await client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers } }));
  return {
    revision: client.getNegotiatedProtocolVersion() ?? '',
    heard,
    tools: async () => (await client.listTools()).tools.map(({ name }) => name),
    call: (name, args = {}, { onProgress, signal, log } = {}) =>
      client.callTool(
        { name, arguments: args, ...(log === true && { _meta: { [META.logLevel]: 'debug' } }) },
        { ...(onProgress !== undefined && { onprogress: onProgress }), ...(signal !== undefined && { signal }) },
      ),
    prompts: async () => (await client.listPrompts()).prompts.map(({ name }) => name),
    prompt: (name, args) => client.getPrompt({ name, ...(args !== undefined && { arguments: args }) }),
    resources: async () => (await client.listResources()).resources.map(({ uri }) => uri),
    templates: async () => (await client.listResourceTemplates()).resourceTemplates.map(({ uriTemplate }) => uriTemplate),
    read: (uri) => client.readResource({ uri }),
    complete: async (prompt, argument, value) => {
      const { completion } = await client.complete({ ref: { type: 'ref/prompt', name: prompt }, argument: { name: argument, value } });
      return completion.values;
    },
    watch: async (uri) => {
      const { honoredFilter } = await client.listen({ toolsListChanged: true, ...(uri !== undefined && { resourceSubscriptions: [uri] }) });
      if (uri !== undefined && honoredFilter.resourceSubscriptions?.includes(uri) !== true)
        throw new Error('the subscription to the resource was not honoured');
      if (uri === undefined && honoredFilter.toolsListChanged !== true) throw new Error('the subscription to the list was not honoured');
    },
    close: () => client.close(),
  };
}
