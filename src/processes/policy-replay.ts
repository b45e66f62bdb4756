// What another policy would have decided of what is on record: begun here, done by a thread that reads the record.

import type { Actor, AdminProblem, PolicyDocumentPort, ReplayView } from '../admin/index.ts';
import type { PrivacySwitches } from '../audit/index.ts';
import { fail, ok } from '../base/index.ts';
import type { Result } from '../base/index.ts';
import type { Store } from '../cluster/index.ts';
import type { ServerCatalogue } from '../tools/index.ts';
import type { JobsDesk } from './jobs-desk.ts';
import type { PolicyFile } from './policy-file.ts';
import { STARTING } from './policy-history.ts';
import type { RecordAsks } from './record/asks.ts';
import type { RecordReader } from './record/reader.ts';

export interface PolicyReplayOptions {
  readonly tenant: string;
  readonly file: PolicyFile;
  readonly jobs: Pick<JobsDesk, 'shelf'>;
  readonly reader: Pick<RecordReader, 'askLong'>;
  readonly store: () => Store | undefined;
  readonly catalogues: () => readonly ServerCatalogue[];
  readonly privacy: () => Pick<PrivacySwitches, 'subjects' | 'smallestGroup'>;
}

type Report = RecordAsks['replay']['answer'];

export function createPolicyReplay(options: PolicyReplayOptions): Pick<PolicyDocumentPort, 'replay' | 'readReplay'> {
  const { tenant, file, jobs, reader, store, catalogues, privacy } = options;
  const shelf = jobs.shelf<Report>('replay', '/policy/replays');

  /** The document that is to be tried, in the config that it would stand in. */
  const compiled = async (text: string | null): Promise<Result<Pick<RecordAsks['replay']['ask'], 'policy' | 'servers'>, AdminProblem>> => {
    const source = file.read();
    if (!source.ok) return fail({ code: 'policy_fixed', detail: source.error });
    const { shard, problems, tested } = await file.check(source.value, text ?? source.value.text);
    if (shard !== undefined) return ok({ policy: shard.policy, servers: shard.servers });
    const detail =
      tested !== undefined && tested.failures.length > 0
        ? 'A case of this policy does not hold; nothing was replayed.'
        : 'This policy cannot be used, so nothing was replayed.';
    return fail({ code: 'config_refused', detail, problems });
  };

  return {
    replay: async ({ text, from, to }, actor: Actor) => {
      const open = store();
      if (open === undefined) return STARTING;
      const document = await compiled(text);
      if (!document.ok) return document;
      const { agents } = await open.agents(tenant);
      const { subjects, smallestGroup } = privacy();
      const ask: RecordAsks['replay']['ask'] = {
        ...document.value,
        guesses: catalogues().map(({ server, guesses }) => [server, guesses]),
        agents: agents.map(({ name, groups, attributes }) => ({ name, groups, attributes })),
        fromMs: Date.parse(from),
        toMs: to === null ? undefined : Date.parse(to),
        isTogether: subjects === 'pseudonyms' || smallestGroup > 1,
      };
      return shelf.begin({
        says: 'Decides anew what is on record, by another policy',
        by: actor.by,
        unit: 'decisions',
        work: ({ signal, progress }) => reader.askLong('replay', ask, { signal, onProgress: progress }),
      });
    },
    readReplay: async (job) => {
      const read = shelf.read(job);
      return read.ok ? ok({ job: read.value.job, report: read.value.result === undefined ? null : toReport(read.value.result) }) : read;
    },
  };
}

function toReport({ groups, leftOut, unknownAgents, ...figures }: Report): NonNullable<ReplayView['report']> {
  return {
    ...figures,
    leftOut: { ...leftOut },
    unknownAgents: [...unknownAgents],
    groups: groups.map(({ agent, server, subject, was, now, rules, count, lastMs }) => ({
      agent,
      server,
      kind: subject.kind,
      name: subject.kind === 'server' ? null : subject.name,
      was: { verdict: was.verdict, rule: was.rule ?? null },
      now: now === undefined ? null : { verdict: now.verdict, rule: now.rule ?? null },
      rules: [...rules],
      count,
      last: new Date(lastMs).toISOString(),
    })),
  };
}
