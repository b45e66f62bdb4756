// Which calls one yes may be about: such as a person can take in at a glance. The gateway decides; here the reason is said before anybody asks.

import type { ApprovalView } from '../../api/contract.ts';

/** Why these cannot be approved at once; undefined: they can, as far as the page knows. */
export function whyNotTogether(approvals: readonly ApprovalView[]): string | undefined {
  const [first] = approvals;
  if (first === undefined || approvals.length === 1) return undefined;
  if (approvals.some(({ risk }) => risk === 'high')) return 'Calls of high risk are approved one by one.';
  const isSame = approvals.every(
    ({ agent, server, name, kind }) => agent === first.agent && server === first.server && name === first.name && kind === first.kind,
  );
  return isSame ? undefined : 'Only calls of one agent and one tool can be approved together.';
}
