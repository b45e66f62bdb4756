// What stands in the bar at the side.

import { paths } from '../paths.ts';
import type { IconName } from '../ui/Icon.tsx';

/** A page in the bar; `waits`: how many things there wait for a person. */
export interface NavEntry {
  readonly href: string;
  readonly label: string;
  readonly icon: IconName;
  readonly waits?: 'approvals' | 'definitions';
}

/** Pages in groups. */
export const NAVIGATION: readonly { readonly title: string; readonly entries: readonly NavEntry[] }[] = [
  {
    title: 'Now',
    entries: [
      { href: paths.overview(), label: 'Overview', icon: 'overview' },
      { href: paths.live(), label: 'Live', icon: 'live' },
      { href: paths.approvals(), label: 'Approvals', icon: 'approvals', waits: 'approvals' },
    ],
  },
  {
    title: 'Who and what',
    entries: [
      { href: paths.agents(), label: 'Agents', icon: 'agents' },
      { href: paths.servers(), label: 'Servers', icon: 'servers' },
      { href: paths.catalogue(), label: 'Catalogue', icon: 'catalogue', waits: 'definitions' },
    ],
  },
  {
    title: 'Rules and record',
    entries: [
      { href: paths.policies(), label: 'Policies', icon: 'policies' },
      { href: paths.limits(), label: 'Limits', icon: 'limits' },
      { href: paths.audit(), label: 'Audit', icon: 'audit' },
    ],
  },
  { title: 'Gateway', entries: [{ href: paths.settings(), label: 'Settings', icon: 'settings' }] },
];

/** Is a page the one that an address belongs to? The overview is only itself. */
export function isCurrent(href: string, pathname: string): boolean {
  return href === '/' ? pathname === '/' : pathname === href || pathname.startsWith(`${href}/`);
}
