// Why something was not done, in one shape for every page: what the admin API says as problem+json (RFC 9457), and what only a browser finds.

import type { ConfigProblem } from './contract.ts';

/** Thrown by the client; shown by `ErrorState`, dialogs and toasts. */
export class ApiProblem extends Error {
  /** The code of the API's table, or `unreachable`, `unreadable`. */
  readonly code: string;
  readonly status: number;
  readonly title: string;
  /** What to do, for people. */
  readonly detail: string;
  /** Where a refused document is wrong. */
  readonly problems: readonly ConfigProblem[];
  /** All that came, for pages that know more of one code. */
  readonly body: unknown;

  constructor(init: {
    readonly code: string;
    readonly status: number;
    readonly title: string;
    readonly detail: string;
    readonly problems?: readonly ConfigProblem[];
    readonly body?: unknown;
  }) {
    super(init.detail === '' ? init.title : init.detail);
    this.code = init.code;
    this.status = init.status;
    this.title = init.title;
    this.detail = init.detail;
    this.problems = init.problems ?? [];
    this.body = init.body;
  }
}

/** Reads the answer to something that was not done. */
export function toProblem(status: number, body: unknown): ApiProblem {
  if (!isObject(body) || typeof body['code'] !== 'string') {
    return new ApiProblem({
      code: 'unreadable',
      status,
      title: `The gateway answered ${status}.`,
      detail: 'Its answer is none that this console knows. Reload the page: the gateway may have been updated.',
    });
  }
  const text = (member: string): string => (typeof body[member] === 'string' ? body[member] : '');
  const problems = Array.isArray(body['problems']) ? body['problems'].filter(isConfigProblem) : [];
  return new ApiProblem({ code: body['code'], status, title: text('title'), detail: text('detail'), problems, body });
}

/** What a request that got no answer at all became of. */
export function toUnreachable(cause: unknown): ApiProblem {
  return new ApiProblem({
    code: 'unreachable',
    status: 0,
    title: 'The gateway does not answer.',
    detail: 'It may be restarting; this page goes on by itself when it is back. Otherwise look at its log, or run: sallyport status',
    body: cause,
  });
}

/** Any thrown value as a problem. */
export function asProblem(error: unknown): ApiProblem {
  if (error instanceof ApiProblem) return error;
  return new ApiProblem({
    code: 'console_fault',
    status: 0,
    title: 'This page could not be shown.',
    detail: error instanceof Error ? error.message : 'Reload the page.',
  });
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function isConfigProblem(value: unknown): value is ConfigProblem {
  return isObject(value) && typeof value['message'] === 'string' && typeof value['line'] === 'number';
}
