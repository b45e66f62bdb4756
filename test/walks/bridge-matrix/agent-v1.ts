// An agent of the legacy era: the client of SDK v1, over Streamable HTTP or over HTTP+SSE, of its own revision or an older one.

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
import type { JSONRPCMessage } from '@modelcontextprotocol/sdk/types.js';
import { CAPABILITIES, elicited, INFO, roots, sampled } from './agent.ts';
import type { Access, Agent } from './agent.ts';

/** What kind of agent it is. */
export interface V1Options {
  readonly over: 'streamable' | 'sse';
  /** The revision that it asks for, in place of its latest. */
  readonly revision?: string;
}

/** Connects it. */
export async function connectV1({ url, headers }: Access, { over, revision: asked }: V1Options): Promise<Agent> {
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
  if (asked !== undefined) {
    const send = transport.send.bind(transport);
    transport.send = (message: JSONRPCMessage) => send(askingFor(asked, message));
  }
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

/** The SDK always asks for its latest revision. */
function askingFor(protocolVersion: string, message: JSONRPCMessage): JSONRPCMessage {
  if (!('method' in message) || message.method !== 'initialize') return message;
  return { ...message, params: { ...message.params, protocolVersion } };
}
