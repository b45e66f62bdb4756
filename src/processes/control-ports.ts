// What the admin API can ask of control, put together from the desks and from what control itself knows.

import { createActsPort } from '../admin/index.ts';
import type { ActKeeper, AdminPorts, AdminProblem, AgentsPort, ConfigStatus, GatewayPorts, GatewayStatus } from '../admin/index.ts';
import { fail, ok } from '../base/index.ts';
import type { Result } from '../base/index.ts';
import type { Store } from '../cluster/index.ts';
import type { ConfigProblem, ConfigShard } from '../config/index.ts';
import type { MetricsTotals } from '../telemetry/index.ts';
import { createApprovalBackground } from './approval-background.ts';
import { createApprovalsPort } from './approvals-port.ts';
import { createCataloguePort } from './catalogue-review.ts';
import type { Links } from './child.ts';
import type { ConfigPlace, WrittenConfig } from './config-file.ts';
import type { ControlDesks } from './control-desks.ts';
import { groupSizes } from './limits-view.ts';
import type { OverviewDesk } from './overview/overview-desk.ts';
import type { OperatorsDesk } from './operators-desk.ts';
import type { People } from './people.ts';
import type { PolicyDesk } from './policy-desk.ts';
import { createPolicyPort } from './policy-port.ts';
import { holdsOf } from './server-holds.ts';
import type { StatusBoard } from './status-board.ts';
import { createPolicyPages } from './policy-pages.ts';
import { createFactsOf } from './tool-facts-view.ts';
import { createVaultPort } from './vault-port.ts';

export interface ControlPortsOptions {
  readonly dataFolder: string;
  readonly tenant: string;
  readonly nowMs: () => number;
  readonly links: Links;
  readonly keeper: ActKeeper;
  readonly people: People;
  readonly agents: AgentsPort;
  readonly operators: OperatorsDesk;
  readonly policies: PolicyDesk;
  /** Where the config is, and the texts that it was read from. */
  readonly place: ConfigPlace;
  readonly written: () => WrittenConfig | undefined;
  readonly overview: OverviewDesk;
  readonly desks: ControlDesks;
  readonly board: StatusBoard;
  readonly totals: MetricsTotals;
  readonly store: () => Store | undefined;
  /** The config in force, and the revision of the snapshot that it is in. */
  readonly shard: () => ConfigShard | undefined;
  readonly revision: () => number;
  readonly status: () => Promise<GatewayStatus>;
  /** Reads the config again; gives back what is wrong with it. */
  readonly load: () => Promise<readonly ConfigProblem[]>;
  readonly configStatus: () => ConfigStatus;
}

/** The ports of a running control. */
export function createControlPorts(options: ControlPortsOptions): GatewayPorts {
  const { dataFolder, tenant, nowMs, links, keeper, people, agents, desks, store, shard, status, load, configStatus } = options;
  const { catalogue, lockdown, flow, limits } = desks;
  const policyPages = createPolicyPages({ ...options, desks });
  const ports: Omit<GatewayPorts, 'overview'> = {
    ...desks.records.pages(policyPages.policyDocument),
    ...options.operators.ports,
    acts: createActsPort(keeper, tenant),
    agents,
    approvals: createApprovalsPort({
      desk: desks.approvals,
      people,
      background: createApprovalBackground({
        authority: () => catalogue.authority,
        factsOf: createFactsOf(() => shard()?.servers ?? []),
        rules: () => shard()?.policy.rules ?? [],
      }),
    }),
    catalogue: createCataloguePort({
      authority: () => catalogue.authority,
      servers: () => shard()?.servers ?? [],
      inspection: desks.inspection,
    }),
    lockdown,
    flow: flow.port,
    subjects: desks.subjects.port,
    holds: desks.holds.port,
    vault: createVaultPort({ dataFolder, links, people, nowMs }),
    checkpoints: desks.checkpoints.port,
    removeOld: (input) => desks.retention.removeOld(input),
    policy: createPolicyPort({
      tenant,
      store,
      config: shard,
      revision: options.revision,
      catalogue: () => catalogue.authority,
      lockdown,
      flow: flow.port,
      nowMs,
    }),
    ...policyPages,
    limits: async () => ok(limits.view({ privacy: desks.privacy(), sizeOf: groupSizes((await store()?.agents(tenant))?.agents ?? []) })),
    status: async () => ok(await status()),
    servers: async () => ok(serversOf(options)),
    reload: async () => {
      const loaded = asReloaded(await load());
      return loaded.ok ? ok(configStatus()) : loaded;
    },
  };
  return { ...ports, overview: options.overview.port(ports) };
}

/** What became of reading the config again. */
export function asReloaded(problems: readonly ConfigProblem[]): Result<undefined, AdminProblem> {
  if (problems.length === 0) return ok(undefined);
  return fail({ code: 'config_refused', detail: 'The config cannot be put in force; the one before stays.', problems });
}

type Servers = Extract<Awaited<ReturnType<AdminPorts['servers']>>, { readonly ok: true }>['value'];

function serversOf({ desks, board, totals }: ControlPortsOptions): Servers {
  const dump = totals.total();
  return board.servers().map((server) => {
    const fault = desks.catalogueFaults.of(server.name);
    const problem =
      fault === undefined ? server.problem : `Everything of it is withheld, because its approvals cannot be trusted: ${fault}.`;
    return { ...server, problem, holds: holdsOf(server.name, dump) };
  });
}
