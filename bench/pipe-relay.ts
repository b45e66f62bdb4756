// A relay over pipes and nothing else: Node's own HTTP server, a program for each session, and of what passes only the id is looked for. Nothing is
// checked, judged or written down, so it is what this runtime costs at least. A process of its own: `pipe-relay.ts COMMAND ARG…`; prints one line of JSON
// with its port and ends when its standard input ends.

import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { ServerResponse } from 'node:http';

const NEWLINE = 0x0a;
const [command = '', ...args] = process.argv.slice(2);
const sessions = new Map<string, (body: Buffer, response: ServerResponse) => void>();

/** The number after `"id":`; undefined: a notification. */
function idOf(line: Buffer): string | undefined {
  return /"id":(\d+)/.exec(line.toString('latin1'))?.[1];
}

function openSession(session: string): (body: Buffer, response: ServerResponse) => void {
  const program = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const waiting = new Map<string, ServerResponse>();
  let held: Buffer | undefined;
  program.stdout.on('data', (chunk: Buffer) => {
    let rest = held === undefined ? chunk : Buffer.concat([held, chunk]);
    for (let end = rest.indexOf(NEWLINE); end >= 0; end = rest.indexOf(NEWLINE)) {
      const line = rest.subarray(0, end);
      rest = rest.subarray(end + 1);
      const id = idOf(line) ?? '';
      waiting.get(id)?.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': line.length, 'Mcp-Session-Id': session });
      waiting.get(id)?.end(line);
      waiting.delete(id);
    }
    held = rest.length === 0 ? undefined : rest;
  });
  return (body, response) => {
    const id = idOf(body);
    if (id === undefined) response.writeHead(202).end();
    else waiting.set(id, response);
    program.stdin.write(Buffer.concat([body, Buffer.from([NEWLINE])]));
  };
}

const http = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const given = request.headers['mcp-session-id'];
    const session = typeof given === 'string' ? given : randomUUID();
    const carry = sessions.get(session) ?? openSession(session);
    sessions.set(session, carry);
    carry(Buffer.concat(chunks), response);
  });
});
http.listen(0, '127.0.0.1', () => {
  const address = http.address();
  if (typeof address === 'object') process.stdout.write(`${JSON.stringify({ port: address?.port })}\n`);
});
process.stdin.resume();
process.stdin.once('close', () => process.exit(0));
