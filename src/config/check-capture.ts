// What rules want sealed: whether they may, for a purpose that has not ended, and to a key that anything can be sealed to.

import { isOver, parseRecipient } from '../audit/index.ts';
import type { AuditSettings } from '../audit/index.ts';
import type { PolicyDocument, PolicyProblem } from '../policies/index.ts';
import type { Report } from './check.ts';

/** Looks at purposes and at the rules that name them. That a purpose exists is the policy's own matter. */
export function checkCapture(policy: PolicyDocument, audit: AuditSettings, nowMs: number, report: Report): void {
  for (const { name, recipient } of audit.purposes)
    if (parseRecipient(recipient) === undefined)
      report(
        'error',
        ['audit', 'purposes', name, 'recipient'],
        'is no key that anything can be sealed to',
        'Write the public key as sallyport vault keygen prints it.',
      );
  if (audit.capture === 'refused') {
    for (const { name } of audit.purposes)
      report(
        'warning',
        ['audit', 'purposes', name],
        `is for nothing: the privacy profile ${audit.profile} refuses that anything is sealed`,
        'Remove it, or take another audit.profile.',
      );
    policy.rules.forEach(({ capture }, i) => {
      if (capture === undefined) return;
      const message = `has something sealed, which the privacy profile ${audit.profile} refuses`;
      report('error', ['policy', 'rules', i, 'capture'], message, 'Remove it, or take another audit.profile.');
    });
  }
  // Whoever starts again on the day after must not stand without a gateway: calls go on, and nothing is sealed.
  else for (const { path, message, fix = '' } of endedCaptures(policy, audit, nowMs)) report('warning', ['policy', ...path], message, fix);
}

/** Rules that want something sealed for a purpose that has ended: who changes a config has to decide about them. */
export function endedCaptures({ rules }: PolicyDocument, { purposes }: AuditSettings, nowMs: number): readonly PolicyProblem[] {
  return rules.flatMap(({ capture }, i): readonly PolicyProblem[] => {
    const purpose = capture === undefined ? undefined : purposes.find(({ name }) => name === capture);
    if (purpose === undefined || !isOver(purpose, nowMs)) return [];
    const message = `names a purpose that ended on ${purpose.expires}: nothing is sealed for it any more`;
    const fix = `Remove it, or decide anew until when it is needed: audit.purposes.${purpose.name}.expires.`;
    return [{ severity: 'error', path: ['rules', i, 'capture'], message, fix }];
  });
}
