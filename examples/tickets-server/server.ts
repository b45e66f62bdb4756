// What the ticket desk offers over MCP: four tools, the open tickets as a resource, each ticket as a resource, and a prompt.

import { setTimeout as sleep } from 'node:timers/promises';
import { McpServer, ResourceNotFoundError, ResourceTemplate } from '@modelcontextprotocol/server';
import type { CallToolResult } from '@modelcontextprotocol/server';
import * as z from 'zod';
import { TICKET } from './desk.ts';
import type { Ticket, TicketDesk } from './desk.ts';

/** The list of open tickets; clients can subscribe to it. */
export const OPEN_TICKETS_URI = 'tickets://open';

const STEP_MS = 200;

// Mirrored in the header Mcp-Param-Queue (SEP-2243), so that whatever stands in front can route or limit by queue without
// reading the body.
const QUEUE = z.string().min(1).max(40).describe('Which queue: for example billing or support').meta({ 'x-mcp-header': 'Queue' });

/** Builds a server on a desk; the SDK asks for one per request. */
export function buildServer(desk: TicketDesk): McpServer {
  const server = new McpServer(
    { name: 'tickets', title: 'Ticket desk', version: '1.0.0' },
    {
      capabilities: { resources: { subscribe: true, listChanged: true } },
      instructions: 'A small ticket desk. List open tickets before you create one; close a ticket only with a resolution.',
    },
  );
  registerTools(server, desk);
  registerResources(server, desk);
  server.registerPrompt(
    'triage',
    { title: 'Triage', description: 'Go through the open tickets of a queue.', argsSchema: z.object({ queue: QUEUE }) },
    ({ queue }) => ({
      messages: [
        {
          role: 'user',
          content: { type: 'text', text: `Sort these tickets by urgency and say why:\n\n${lines(desk.list('open', queue))}` },
        },
      ],
    }),
  );
  return server;
}

function registerTools(server: McpServer, desk: TicketDesk): void {
  server.registerTool(
    'list_tickets',
    {
      title: 'List tickets',
      description: 'Lists tickets, by default the open ones of all queues.',
      inputSchema: z.object({ status: z.enum(['open', 'closed', 'all']).default('open'), queue: QUEUE.optional() }),
      outputSchema: z.object({ tickets: z.array(TICKET) }),
      annotations: { readOnlyHint: true, openWorldHint: false },
    },
    ({ status, queue }) => {
      const tickets = desk.list(status === 'all' ? undefined : status, queue);
      return { ...text(lines(tickets)), structuredContent: { tickets } };
    },
  );

  server.registerTool(
    'create_ticket',
    {
      title: 'Create a ticket',
      description: 'Creates a ticket in a queue.',
      inputSchema: z.object({ queue: QUEUE, title: z.string().min(1).max(200) }),
      annotations: { destructiveHint: false, openWorldHint: false },
    },
    async ({ queue, title }) => text(`Created ${line(await desk.create(queue, title))}`),
  );

  server.registerTool(
    'close_ticket',
    {
      title: 'Close a ticket',
      description: 'Closes a ticket and keeps how it was resolved.',
      inputSchema: z.object({ id: z.int().positive(), resolution: z.string().min(1).max(500) }),
      annotations: { destructiveHint: true, idempotentHint: true, openWorldHint: false },
    },
    async ({ id, resolution }) => {
      const ticket = await desk.close(id, resolution);
      return ticket === undefined ? { ...text(`There is no ticket ${id}.`), isError: true } : text(`Closed ${line(ticket)}`);
    },
  );

  server.registerTool(
    'audit_tickets',
    {
      title: 'Audit the tickets',
      description: 'Looks at every ticket, slowly, and reports progress; ends early when the caller hangs up.',
      annotations: { readOnlyHint: true, openWorldHint: false },
    },
    async ({ mcpReq }) => {
      const tickets = desk.list();
      const token = mcpReq._meta?.progressToken;
      let untitled = 0;
      for (const [index, ticket] of tickets.entries()) {
        await sleep(STEP_MS, undefined, { signal: mcpReq.signal });
        if (ticket.title.trim() === '') untitled++;
        if (token === undefined) continue;
        const progress = { progressToken: token, progress: index + 1, total: tickets.length, message: line(ticket) };
        await mcpReq.notify({ method: 'notifications/progress', params: progress });
      }
      return text(`${tickets.length} tickets, ${desk.list('open').length} open, ${untitled} without a title.`);
    },
  );
}

function registerResources(server: McpServer, desk: TicketDesk): void {
  const json = (uri: URL, value: unknown): { contents: { uri: string; mimeType: string; text: string }[] } => ({
    contents: [{ uri: uri.href, mimeType: 'application/json', text: JSON.stringify(value, null, 2) }],
  });

  server.registerResource(
    'open',
    OPEN_TICKETS_URI,
    { title: 'Open tickets', description: 'All open tickets.', mimeType: 'application/json' },
    (uri) => json(uri, desk.list('open')),
  );

  server.registerResource(
    'ticket',
    new ResourceTemplate('tickets://ticket/{id}', { list: undefined }),
    { title: 'A ticket', description: 'One ticket by its number.', mimeType: 'application/json' },
    (uri, { id }) => {
      const ticket = desk.get(Number(id));
      if (ticket === undefined) throw new ResourceNotFoundError(uri.href);
      return json(uri, ticket);
    },
  );
}

function text(message: string): CallToolResult {
  return { content: [{ type: 'text', text: message }] };
}

function lines(tickets: readonly Ticket[]): string {
  return tickets.length === 0 ? 'There are none.' : tickets.map(line).join('\n');
}

function line(ticket: Ticket): string {
  return `#${ticket.id} [${ticket.queue}, ${ticket.status}] ${ticket.title}${ticket.resolution === undefined ? '' : ` → ${ticket.resolution}`}`;
}
