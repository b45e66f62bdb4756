// What each role may do, in a line, and lists of names as people type them.

import type { OperatorView } from '../../api/contract.ts';
import type { Tone } from '../../ui/Badge.tsx';

type Role = OperatorView['role'];

/** Roles as something to choose from. */
export const ROLE_OPTIONS: readonly { readonly value: Role; readonly label: string; readonly description: string }[] = [
  { value: 'viewer', label: 'Viewer', description: 'Looks, and changes nothing' },
  { value: 'operator', label: 'Operator', description: 'Runs the gateway: agents, keys, servers, policies' },
  { value: 'approver', label: 'Approver', description: 'Decides about calls and about what servers list' },
  { value: 'auditor', label: 'Auditor', description: 'Reads, verifies and exports the record' },
  { value: 'admin', label: 'Admin', description: 'All of it, and who else may sign in' },
];

/** Who may do much stands out. */
export const ROLE_TONES: Readonly<Record<Role, Tone>> = {
  viewer: 'neutral',
  operator: 'info',
  approver: 'good',
  auditor: 'accent',
  admin: 'warn',
};

/** Names with commas or spaces between them, each once. */
export function readNames(text: string): string[] {
  return [...new Set(text.split(/[\s,]+/).filter((name) => name !== ''))];
}
