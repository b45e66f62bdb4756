// Asks the gateway's admin socket how it is, as the CLI would, without starting a process for each question.

import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { join, relative } from 'node:path';
import { at } from './mcp.ts';

/** A request of the admin API, below its prefix. */
export interface AdminAsk {
  readonly method: string;
  readonly path: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** What it answered. */
export interface AdminAnswer {
  readonly status: number;
  readonly etag: string | undefined;
  readonly body: unknown;
}

/** Asks the admin API of the gateway on this data folder, by its socket. */
export async function askAdmin(dataFolder: string, { method, path, body, headers = {} }: AdminAsk): Promise<AdminAnswer> {
  const socketPath = relative(process.cwd(), join(dataFolder, 'run', 'admin.sock'));
  const text = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
  const outgoing = request({
    socketPath,
    method,
    path: `/api/v1${path}`,
    agent: false,
    headers: {
      authorization: `Bearer ${readFileSync(`${socketPath}.token`, 'utf8')}`,
      ...(text === undefined ? {} : { 'content-type': 'application/json', 'content-length': String(text.length) }),
      ...headers,
    },
  });
  outgoing.end(text);
  const [response] = await once(outgoing, 'response');
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk);
  const answer: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8'));
  return { status: response.statusCode, etag: response.headers.etag, body: answer };
}

/** A worker as the gateway reports it. */
export interface WorkerRow {
  readonly slot: number;
  readonly pid: number;
  readonly state: string;
  readonly revision: number;
}

/** The status of the gateway on this data folder; undefined while nobody answers. */
export async function readStatus(dataFolder: string): Promise<unknown> {
  // Socket paths are limited to about 100 bytes, and a relative one is shorter.
  const socketPath = relative(process.cwd(), join(dataFolder, 'run', 'admin.sock'));
  try {
    const headers = { authorization: `Bearer ${readFileSync(`${socketPath}.token`, 'utf8')}` };
    const outgoing = request({ socketPath, path: '/api/v1/status', headers, agent: false });
    outgoing.end();
    const [response] = await once(outgoing, 'response');
    const chunks: Buffer[] = [];
    for await (const chunk of response) chunks.push(chunk);
    const status: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8'));
    return status;
  } catch {
    return undefined;
  }
}

/** Its workers, serving or not. */
export async function readWorkers(dataFolder: string): Promise<readonly WorkerRow[]> {
  const rows = at(await readStatus(dataFolder), 'workers');
  if (!Array.isArray(rows)) return [];
  return rows.map((row: unknown) => ({
    slot: Number(at(row, 'slot')),
    pid: Number(at(row, 'pid')),
    state: String(at(row, 'state')),
    revision: Number(at(row, 'revision')),
  }));
}

/** Those that serve. */
export async function servingWorkers(dataFolder: string): Promise<readonly WorkerRow[]> {
  return (await readWorkers(dataFolder)).filter((row) => row.state === 'serving');
}
