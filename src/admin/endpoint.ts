// What an endpoint of the admin API is, for the files that each hold those of one matter.

import type * as z from 'zod';

/** One endpoint. */
export interface Endpoint {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Below the prefix; `{name}` stands for one segment. */
  readonly path: string;
  readonly summary: string;
  /** undefined: takes no body. */
  readonly request: z.ZodType | undefined;
  readonly response: z.ZodType;
  readonly status: 200 | 201;
  /** Whether the answer has an ETag, or the request may carry If-Match with one. */
  readonly versioned: boolean;
}
