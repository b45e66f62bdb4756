// How the gateway and its servers do, for the admin API.

import type { AdminProblem, OverviewPort } from '../admin/index.ts';
import { fail } from '../base/index.ts';

const NOT_YET: AdminProblem = { code: 'unavailable', detail: 'The figures are not there yet.' };

export function createOverviewPort(): OverviewPort {
  const unavailable = async () => fail(NOT_YET);
  return { read: unavailable, capacity: unavailable, server: unavailable, probe: unavailable };
}
