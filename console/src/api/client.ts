// Asks the admin API. One function, typed by the contract; whatever goes wrong is thrown as an `ApiProblem`.

import type { EndpointName, ResponseOf } from './contract.ts';
import { ROUTES, toUrl } from './endpoints.ts';
import type { AskOf, Endpoint } from './endpoints.ts';
import { toProblem, toUnreachable } from './problem.ts';
import type { ApiProblem } from './problem.ts';

/** An answer, and the ETag that a change made on it has to name. */
export interface Answer<Value> {
  readonly value: Value;
  readonly etag: string | undefined;
}

/** The header that shows that a request was made by this page: another site can neither read its value nor send it. */
const CSRF_HEADER = 'sallyport-csrf';

let csrf: string | undefined;
let onSignedOut: (() => void) | undefined;

/** Said once a session is known. */
export function setCsrf(value: string | undefined): void {
  csrf = value;
}

/** What happens when the gateway says that nobody is signed in. */
export function whenSignedOut(listener: () => void): void {
  onSignedOut = listener;
}

/** Asks an endpoint. */
export async function ask<Name extends Endpoint>(name: Name, input: AskOf<Name>): Promise<Answer<ResponseOf<Name & EndpointName>>> {
  const response = await send(name, input);
  const body = await readJson(response);
  if (!response.ok) throw refuse(response.status, body);
  // The gateway checks its answers against the same contract before they leave.
  return { value: body as ResponseOf<Name & EndpointName>, etag: response.headers.get('etag') ?? undefined };
}

/** Asks for a file, and hands it to the browser's downloads. */
export async function download<Name extends Endpoint>(name: Name, input: AskOf<Name>): Promise<void> {
  const response = await send(name, input);
  if (!response.ok) throw refuse(response.status, await readJson(response));
  const fileName = /filename="([^"]+)"/.exec(response.headers.get('content-disposition') ?? '')?.[1] ?? 'sallyport';
  const url = URL.createObjectURL(await response.blob());
  const link = document.createElement('a');
  link.href = url;
  link.download = fileName;
  link.click();
  URL.revokeObjectURL(url);
}

async function send<Name extends Endpoint>(name: Name, input: AskOf<Name>): Promise<Response> {
  const [method] = ROUTES[name];
  const query = { ...input.query, ...(input.dryRun === true ? { dryRun: true } : {}) };
  try {
    return await fetch(toUrl(name, input.path, query), {
      method,
      headers: {
        accept: 'application/json, application/problem+json',
        ...(input.body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(method === 'GET' || csrf === undefined ? {} : { [CSRF_HEADER]: csrf }),
        ...(input.ifMatch === undefined ? {} : { 'if-match': input.ifMatch }),
      },
      ...(input.body === undefined ? {} : { body: JSON.stringify(input.body) }),
      ...(input.signal === undefined ? {} : { signal: input.signal }),
      credentials: 'same-origin',
      cache: 'no-store',
      redirect: 'error',
    });
  } catch (error) {
    if (input.signal?.aborted === true) throw error;
    throw toUnreachable(error);
  }
}

function refuse(status: number, body: unknown): ApiProblem {
  const problem = toProblem(status, body);
  if (problem.code === 'signed_out') onSignedOut?.();
  return problem;
}

async function readJson(response: Response): Promise<unknown> {
  try {
    return await response.json();
  } catch {
    return undefined;
  }
}
