// How the strict side says no to a request: a row of the error table, the status to send, and a fixed sentence for the log.
// The sentence never holds bytes of the request.

import { ERRORS } from '../base/index.ts';
import type { ErrorCode } from '../base/index.ts';

/** Why a request is refused by the codec. */
export interface Refusal {
  readonly code: ErrorCode;
  readonly status: number;
  readonly detail: string;
}

/** A refusal with the status of its row, or with a closer one where HTTP has it. */
export function refusal(code: ErrorCode, detail: string, status: number = ERRORS[code].status): Refusal {
  return { code, status, detail };
}
