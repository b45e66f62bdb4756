// What rules want sealed: whether they may, for a purpose that has not ended, and to a key that anything can be sealed to.

import { isOver, parseRecipient } from '../audit/index.ts';
import type { AuditSettings } from '../audit/index.ts';
import type { PolicyDocument } from '../policies/index.ts';
import type { Report } from './check.ts';

/** Looks at purposes and at the rules that name them. That a purpose exists is the policy's own matter. */
export function checkCapture({ rules }: PolicyDocument, audit: AuditSettings, nowMs: number, report: Report): void {
  for (const { name, recipient } of audit.purposes)
    if (parseRecipient(recipient) === undefined)
      report(
        'error',
        ['audit', 'purposes', name, 'recipient'],
        'is no key that anything can be sealed to',
        'Write the public key as sallyport vault keygen prints it.',
      );
  rules.forEach(({ capture }, i) => {
    if (capture === undefined) return;
    const path = ['policy', 'rules', i, 'capture'];
    const purpose = audit.purposes.find(({ name }) => name === capture);
    if (audit.capture === 'refused')
      report(
        'error',
        path,
        `has something sealed, which the privacy profile ${audit.profile} refuses`,
        'Remove it, or take another audit.profile.',
      );
    // Whoever starts again on the day after must not stand without a gateway: calls go on, and nothing is sealed.
    else if (purpose !== undefined && isOver(purpose, nowMs))
      report(
        'warning',
        path,
        `names a purpose that ended on ${purpose.expires}: nothing is sealed for it any more`,
        `Remove it, or decide anew until when it is needed: audit.purposes.${capture}.expires.`,
      );
  });
}
