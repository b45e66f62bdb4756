// What is wrong with approvals, and what approvals make wrong: pins that cannot be trusted, and conditions of the policy that do not fit what is
// approved. Looked at again after every change, so that a gateway says by itself what it withholds.

import type { ConfigShard } from '../config/index.ts';
import { formatPath } from '../config/index.ts';
import type { Log } from '../telemetry/index.ts';
import type { CatalogueAuthority } from './catalogue-authority.ts';
import { conditionProblems } from './condition-faults.ts';

export interface CatalogueFaults {
  /** Looks again, soon; changes that come meanwhile are looked at once. */
  recheck(): void;
  /** Why everything of a server is withheld. */
  of(server: string): string | undefined;
  /** In sentences, for who runs the gateway. */
  list(): readonly string[];
  /** The same without details: anybody may ask /readyz. */
  brief(): readonly string[];
}

export interface CatalogueFaultsOptions {
  readonly authority: () => CatalogueAuthority | undefined;
  readonly shard: () => ConfigShard | undefined;
  readonly log: Log;
  /** What is wrong has changed. */
  readonly onFaults: () => void;
}

/** Nothing is wrong yet. */
export function createCatalogueFaults({ authority, shard, log, onFaults }: CatalogueFaultsOptions): CatalogueFaults {
  let misfits: readonly string[] = [];
  let before = '';
  let state: 'idle' | 'looking' | 'outdated' = 'idle';

  const look = async (): Promise<void> => {
    do {
      state = 'looking';
      const [known, config] = [authority(), shard()];
      const found = known === undefined || config === undefined ? [] : await conditionProblems(config, known);
      misfits = found.map(({ path, message }) => `policy.${formatPath(path)} ${message}`);
    } while (isOutdated());
    state = 'idle';
    const now = JSON.stringify(list());
    if (now === before) return;
    before = now;
    for (const fault of misfits) log.warn('a condition does not fit what is approved', { fault });
    onFaults();
  };
  // A function, because the compiler does not see that others set it during the wait.
  const isOutdated = (): boolean => state === 'outdated';

  const distrusted = (): readonly { readonly server: string; readonly fault: string }[] =>
    (authority()?.all() ?? []).flatMap(({ server, fault }) => (fault === undefined ? [] : [{ server, fault }]));
  const list = (): readonly string[] => [
    ...distrusted().map(({ server, fault }) => `everything of '${server}' is withheld, because its approvals cannot be trusted: ${fault}`),
    ...misfits,
  ];

  return {
    recheck: () => {
      if (state !== 'idle') {
        state = 'outdated';
        return;
      }
      look().catch((error: unknown) => {
        state = 'idle';
        log.error('the policy could not be held against what is approved', {
          error: error instanceof Error ? error : new Error(String(error)),
        });
      });
    },
    of: (server) => distrusted().find((one) => one.server === server)?.fault,
    list,
    brief: () => {
      const servers = distrusted().length;
      return [
        ...(servers === 0
          ? []
          : [`the approvals of ${servers} ${servers === 1 ? 'server' : 'servers'} cannot be trusted; \`sallyport status\` says why`]),
        ...(misfits.length === 0 ? [] : ['the policy has conditions that do not fit the approved tools; `sallyport status` names them']),
      ];
    },
  };
}
