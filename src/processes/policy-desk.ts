// Everything about the policy as a text, put together: its file, its history, proposals, replays.

import type { PolicyDocumentPort } from '../admin/index.ts';
import { DEFAULT_AUDIT } from '../audit/index.ts';
import { ok } from '../base/index.ts';
import type { Store } from '../cluster/index.ts';
import type { ConfigProblem, ConfigShard } from '../config/index.ts';
import type { WrittenConfig } from './config-file.ts';
import type { ControlDesks } from './control-desks.ts';
import type { Init } from './messages.ts';
import type { PolicyDoubt } from './policy-checker.ts';
import { createPolicyDocument } from './policy-document.ts';
import type { PolicyDocument } from './policy-document.ts';
import { createPolicyFile } from './policy-file.ts';
import { createPolicyHistory, STARTING } from './policy-history.ts';
import type { People } from './people.ts';
import { createPolicyProposals } from './policy-proposals.ts';
import { createPolicyReplay } from './policy-replay.ts';
import { findWriter } from './policy-writer.ts';
import { toPolicySchema } from './policy-vocabulary.ts';
import { createRuleUses } from './rule-uses.ts';

export interface PolicyDeskOptions {
  readonly init: Init;
  readonly tenant: string;
  readonly nowMs: () => number;
  readonly desks: Pick<ControlDesks, 'catalogue' | 'jobs' | 'recordReader'>;
  readonly people: Pick<People, 'namesOf' | 'operator' | 'personOf'>;
  readonly store: () => Store | undefined;
  readonly shard: () => ConfigShard | undefined;
  readonly written: () => WrittenConfig | undefined;
  readonly warnings: () => readonly ConfigProblem[];
  /** What control knows and the file does not: more that would be wrong with a config. */
  readonly doubts: (shard: ConfigShard) => Promise<readonly PolicyDoubt[]>;
  readonly load: () => Promise<readonly ConfigProblem[]>;
}

export interface PolicyDesk extends Pick<PolicyDocument, 'onApplied'> {
  readonly port: PolicyDocumentPort;
}

export function createPolicyDesk(options: PolicyDeskOptions): PolicyDesk {
  const { init, tenant, nowMs, desks, people, store, shard, written, warnings, doubts, load } = options;
  const policies = () => store()?.policies;
  const catalogues = () => desks.catalogue.authority?.all() ?? [];
  const file = createPolicyFile({ place: init, doubts });
  const history = createPolicyHistory({ tenant, nowMs, policies });
  const proposals = createPolicyProposals({
    tenant,
    nowMs,
    policies,
    document: () => document,
    isSamePerson: async (one, other) => {
      const names = await people.namesOf(one);
      return (await people.namesOf(other)).some((name) => names.includes(name));
    },
  });
  const uses = createRuleUses({
    nowMs,
    count: async (fromMs) => {
      const { smallestGroup } = shard()?.audit ?? DEFAULT_AUDIT;
      const counted = await desks.recordReader.ask('count', { filter: { fromMs }, by: 'rule', smallestGroup });
      return counted.ok ? counted.value : undefined;
    },
  });
  const document = createPolicyDocument({
    file,
    history,
    shard,
    written,
    warnings,
    load,
    propose: proposals.propose,
    uses,
  });
  const replay = createPolicyReplay({
    tenant,
    file,
    store,
    catalogues,
    jobs: desks.jobs,
    reader: desks.recordReader,
    privacy: () => shard()?.audit ?? DEFAULT_AUDIT,
  });
  return {
    onApplied: (applied) => document.onApplied(applied),
    port: {
      ...replay,
      read: document.read,
      write: async (input, { who, ...writing }) => {
        const writer = await findWriter(who, people);
        return writer.ok ? document.write(input, { ...writing, who: writer.value }) : writer;
      },
      proposals: proposals.proposals,
      readProposal: proposals.readProposal,
      decide: async (id, input, who) => {
        const writer = await findWriter(who, people);
        return writer.ok ? proposals.decide(id, input, writer.value) : writer;
      },
      history: history.history,
      readRevision: history.readRevision,
      schema: async () => {
        const config = shard();
        const agents = await store()?.agents(tenant);
        if (config === undefined || agents === undefined) return STARTING;
        return ok(toPolicySchema({ shard: config, agents: agents.agents, catalogues: catalogues() }));
      },
    },
  };
}
