// Names in a config that could be taken for others (T08): packages that are called almost like well-known ones, servers that are called almost
// like each other. Only a doubt: there are honest packages with such names.

import type { ServerConfig } from '../servers/index.ts';
import { createNearNames, fetchedPackage, resemblesPublished } from '../tools/index.ts';
import type { Report } from './check.ts';

/** Pairs of names that are said at once. */
const MAX_PAIRS = 20;

/** Says which names could be mistaken. */
export function checkLookAlikes(servers: readonly ServerConfig[], report: Report): void {
  const names = createNearNames();
  for (const server of servers) {
    names.add(server.name);
    const fetched = server.kind === 'stdio' ? fetchedPackage(server.command, server.args) : undefined;
    const published = fetched === undefined ? undefined : resemblesPublished(fetched);
    if (server.kind === 'stdio' && fetched !== undefined && published !== undefined)
      report(
        'warning',
        ['servers', server.name, 'args', server.args.findIndex((arg) => arg.startsWith(fetched))],
        `starts a package that could be taken for ${published} and is another one`,
        `Write ${published} if that is what you mean; else look closely at who publishes it.`,
      );
  }
  for (const [one, other] of names.pairs(MAX_PAIRS))
    report(
      'warning',
      ['servers', other],
      `is almost called like the server ${one}; people, rules and models may take one for the other`,
      'Give it a name that says what it is for.',
    );
}
