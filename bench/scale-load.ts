// The load of bench/scale.ts: requests of one agent on a few kept connections.

import { request as httpRequest } from 'node:http';
import type { Agent } from 'node:http';

import { modernRequest } from '../test/harness/index.ts';

/** Connections, and requests under way. */
export const LANES = 8;

/** Whom to ask, and as whom. */
export interface Target {
  readonly origin: string;
  readonly key: string;
  readonly agent: Agent;
}

/** One request on a kept connection; the answer as JSON. */
export function ask(target: Target, route: string, method: string, params: Readonly<Record<string, unknown>> = {}): Promise<unknown> {
  const { headers, body } = modernRequest(method, params, { key: target.key });
  return new Promise((resolve, reject) => {
    const request = httpRequest(`${target.origin}/mcp${route === '' ? '' : `/${route}`}`, {
      method: 'POST',
      headers: { ...headers, 'content-length': Buffer.byteLength(body) },
      agent: target.agent,
    });
    request.on('error', reject);
    request.on('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => resolve(JSON.parse(Buffer.concat(chunks).toString())));
    });
    request.end(body);
  });
}

/** Does something so many times, several at once. */
export async function inLanes(count: number, work: (n: number) => Promise<unknown>): Promise<void> {
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < count) await work(next++);
  };
  await Promise.all(Array.from({ length: LANES }, lane));
}
