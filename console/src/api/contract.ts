// Types of the admin API's contract, for the console: nothing of it runs in the browser.

import type { ConfigStatus } from '../../../src/admin/contract.ts';

export type * from '../../../src/admin/contract.ts';
/** What is wrong with a document, and where. */
export type ConfigProblem = ConfigStatus['warnings'][number];
