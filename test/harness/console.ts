// A person who is signed in to a gateway's console, without a browser: what a browser would send is sent as it is, and can be left out.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Gateway } from './gateway.ts';
import { textAt } from './mcp.ts';

/** An answer of the console. */
export interface ConsoleAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** What the text is, as JSON; undefined: it is none. */
  readonly json: unknown;
}

/** Somebody who is signed in. */
export interface Visitor {
  readonly url: string;
  /** As a browser sends it back. */
  readonly cookie: string;
  readonly csrf: string;
  /** The `Set-Cookie` of signing in. */
  readonly setCookie: string;
  /** Asks as a page of the console does. A header that is undefined is left out. */
  ask(method: string, path: string, body?: unknown, headers?: Readonly<Record<string, string | undefined>>): Promise<ConsoleAnswer>;
}

/** Signs somebody in with a link of the command line; by default the user that runs the tests. */
export async function signIn(gateway: Gateway, operator?: string): Promise<Visitor> {
  const who = operator === undefined ? [] : ['--operator', operator];
  const { code, stdout, stderr } = await gateway.cli('console', ...who, '--output', 'json');
  assert.equal(code, 0, stderr);
  const link = new URL(textAt(JSON.parse(stdout), 'url'));
  const url = link.origin;
  const answer = await askConsole(url, 'POST', '/api/v1/session', { link: link.hash.slice(1) }, { origin: url });
  assert.equal(answer.status, 201, answer.text);
  const setCookie = answer.headers['set-cookie']?.[0] ?? '';
  const cookie = setCookie.split(';', 1)[0] ?? '';
  const csrf = textAt(answer.json, 'csrf');
  const own = { cookie, 'sallyport-csrf': csrf, origin: url, 'sec-fetch-site': 'same-origin' };
  return {
    url,
    cookie,
    csrf,
    setCookie,
    ask: (method, path, body, headers = {}) => askConsole(url, method, path, body, { ...own, ...headers }),
  };
}

async function askConsole(
  url: string,
  method: string,
  path: string,
  body: unknown,
  headers: Readonly<Record<string, string | undefined>>,
): Promise<ConsoleAnswer> {
  const text = body === undefined ? undefined : JSON.stringify(body);
  const usual = text === undefined ? {} : { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(text)) };
  const sent = Object.entries({ ...usual, ...headers }).filter((pair): pair is [string, string] => pair[1] !== undefined);
  const ask = url.startsWith('https:') ? httpsRequest : httpRequest;
  // Development certificates are their own authority.
  const outgoing = ask(new URL(path, url), { method, headers: Object.fromEntries(sent), agent: false, rejectUnauthorized: false });
  outgoing.end(text);
  const [response]: IncomingMessage[] = await once(outgoing, 'response');
  assert(response !== undefined);
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk);
  const answered = Buffer.concat(chunks).toString('utf8');
  return { status: response.statusCode ?? 0, headers: response.headers, text: answered, json: parse(answered) };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
