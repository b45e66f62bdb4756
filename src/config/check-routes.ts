// What a route with several servers may not be: a path that leads to one of them already, or a list of servers that are not there.

import { nearest } from '../base/index.ts';
import type { Report } from './check.ts';
import { ROUTES_AT } from './snapshot.ts';
import type { RouteConfig } from './types.ts';

/** Checks routes against the names of the servers. */
export function checkRoutes(routes: readonly RouteConfig[], known: readonly string[], report: Report): void {
  for (const { path, servers } of routes) {
    const owner = path.startsWith(ROUTES_AT) ? path.slice(ROUTES_AT.length) : '';
    if (known.includes(owner))
      report('error', ['routes', path], `is where agents reach the server ${owner}`, `Write another path: ${ROUTES_AT}all, for example.`);
    for (const [index, name] of servers.entries()) {
      const at = ['routes', path, 'servers', index];
      if (!known.includes(name)) report('error', at, `"${name}" is not a server of this config`, suggest(name, known));
      else if (servers.indexOf(name) < index) report('error', at, `names the server ${name} a second time`, 'Remove one of the two.');
    }
  }
}

function suggest(name: string, known: readonly string[]): string {
  const meant = nearest(name, known);
  if (meant !== undefined) return `Did you mean ${meant}?`;
  return known.length === 0 ? 'There are no servers in it.' : `There are: ${known.slice(0, 20).join(', ')}.`;
}
