// An agent of the legacy era: the client of SDK v1, over Streamable HTTP or over HTTP+SSE.

import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import {
  CallToolResultSchema,
  CreateMessageRequestSchema,
  ElicitRequestSchema,
  ListRootsRequestSchema,
  LoggingMessageNotificationSchema,
  ResourceUpdatedNotificationSchema,
  ToolListChangedNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { CAPABILITIES, elicited, INFO, roots, sampled } from './agent.ts';
import type { Access, Agent } from './agent.ts';

/** Connects it. */
export async function connectV1({ url, headers }: Access, over: 'streamable' | 'sse'): Promise<Agent> {
  const heard: string[] = [];
  const client = new Client(INFO, { capabilities: CAPABILITIES });
  client.setRequestHandler(ElicitRequestSchema, ({ params }) => elicited(params));
  client.setRequestHandler(CreateMessageRequestSchema, sampled);
  client.setRequestHandler(ListRootsRequestSchema, roots);
  for (const schema of [ToolListChangedNotificationSchema, ResourceUpdatedNotificationSchema, LoggingMessageNotificationSchema])
    client.setNotificationHandler(schema, ({ method }) => void heard.push(method));
  const init = { requestInit: { headers } };
  const transport = over === 'sse' ? new SSEClientTransport(new URL(url), init) : new StreamableHTTPClientTransport(new URL(url), init);
  let revision = '';
  const agreed = { setProtocolVersion: transport.setProtocolVersion.bind(transport) };
  transport.setProtocolVersion = (version) => {
    revision = version;
    agreed.setProtocolVersion(version);
  };
  // The cast: its own classes disagree with its own interface under exactOptionalPropertyTypes.
  await client.connect(transport as Parameters<typeof client.connect>[0]);
  return {
    revision,
    heard,
    tools: async () => (await client.listTools()).tools.map(({ name }) => name),
    call: async (name, args = {}, { onProgress, signal, log } = {}) => {
      if (log === true) await client.setLoggingLevel('debug');
      return CallToolResultSchema.parse(
        await client.callTool({ name, arguments: args }, undefined, {
          ...(onProgress !== undefined && { onprogress: onProgress }),
          ...(signal !== undefined && { signal }),
        }),
      );
    },
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
      if (uri !== undefined) await client.subscribeResource({ uri });
    },
    close: async () => {
      if (transport instanceof StreamableHTTPClientTransport) await transport.terminateSession();
      await client.close();
    },
  };
}
