// What may stand in a policy, for an editor that completes what people write: the schema that reads it, and the names there are. Of very many names some are
// given: an editor is no list of agents.

import type { PolicySchemaView } from '../admin/index.ts';
import { DEFAULT_AUDIT } from '../audit/index.ts';
import type { AgentsShard, ConfigShard } from '../config/index.ts';
import { BUILT_IN_TYPES, FINDING_CLASSES } from '../inspection/index.ts';
import { CONDITION_PATHS, declaredLabels, KNOWN_LABELS, policyJsonSchema } from '../policies/index.ts';
import type { ServerCatalogue } from '../tools/index.ts';

/** More than anybody looks through, and little enough to be sent. */
const MAX_NAMES = 2_000;

export interface Vocabulary {
  readonly shard: ConfigShard;
  readonly agents: AgentsShard['agents'];
  readonly catalogues: readonly ServerCatalogue[];
}

/** Puts together what a policy can name. */
export function toPolicySchema({ shard, agents, catalogues }: Vocabulary): PolicySchemaView {
  const servers = shard.servers.map(({ name }) => name);
  const configured = new Set(servers);
  const tools = catalogues
    .filter(({ server }) => configured.has(server))
    .flatMap(({ server, pins, withheld }) => {
      const names = [...(pins?.pins ?? []), ...withheld].flatMap(({ kind, name }) => (kind === 'tool' ? [name] : []));
      return [...new Set(names)].map((name) => ({ server, name }));
    });
  let omitted = 0;
  const some = <T>(all: readonly T[]): T[] => {
    omitted += Math.max(0, all.length - MAX_NAMES);
    return all.slice(0, MAX_NAMES);
  };
  const found = shard.inspection?.actions.flatMap(({ taints = [] }) => taints) ?? [];
  return {
    schema: policyJsonSchema(),
    known: {
      agents: some(agents.map(({ name }) => name).toSorted()),
      groups: some(unique(agents.flatMap(({ groups }) => groups))),
      attributes: some(unique(agents.flatMap(({ attributes }) => Object.keys(attributes)))),
      servers: some(servers.toSorted()),
      tools: some(tools),
      labels: unique([...KNOWN_LABELS, ...declaredLabels(shard.servers), ...found]),
      findings: [...FINDING_CLASSES],
      detectors: unique([...BUILT_IN_TYPES, ...(shard.inspection?.detectors ?? [])].map(({ name }) => name)),
      purposes: (shard.audit ?? DEFAULT_AUDIT).purposes.map(({ name }) => name),
      variables: [...CONDITION_PATHS],
    },
    omitted,
  };
}

function unique(names: readonly string[]): string[] {
  return [...new Set(names)].toSorted();
}
