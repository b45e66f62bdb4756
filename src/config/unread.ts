// Which servers are not looked into: what goes to them and comes from them is handed on, and nothing of it is read or held.

import { compileGlob } from '../base/index.ts';

const NONE: ReadonlySet<string> = new Set();

/** Those of the servers that `audit.noInspect` names. */
export function unreadAmong(noInspect: readonly string[], servers: readonly string[]): ReadonlySet<string> {
  if (noInspect.length === 0) return NONE;
  const matchers = noInspect.map(compileGlob);
  return new Set(servers.filter((server) => matchers.some((matches) => matches(server))));
}
