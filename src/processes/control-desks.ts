// Control's matters with the workers, side by side: what is approved, what is locked, what tasks have used, what calls are charged to, whom they wait
// for. Each has a desk; what they have in common is who they serve.

import { randomBytes } from 'node:crypto';
import { DEFAULT_AUDIT, PROFILES } from '../audit/index.ts';
import type { PrivacySwitches } from '../audit/index.ts';
import type { Store } from '../cluster/index.ts';
import type { ConfigShard } from '../config/index.ts';
import { DEFAULT_FLOW } from '../policies/index.ts';
import type { Log, Metrics } from '../telemetry/index.ts';
import { changesIn } from './acts-news.ts';
import { tellsApart } from './apart.ts';
import { toApprovalRecord } from './approval-records.ts';
import { createApprovalsDesk } from './approvals-desk.ts';
import { createCatalogueDesk } from './catalogue-desk.ts';
import { createCatalogueFaults } from './catalogue-faults.ts';
import type { Channel } from './channel.ts';
import { createCheckpointDesk } from './checkpoint-desk.ts';
import type { CheckpointDesk } from './checkpoint-desk.ts';
import type { Links } from './child.ts';
import type { Desk } from './conversation.ts';
import { createControlLog } from './control-log.ts';
import type { ControlLog } from './control-log.ts';
import { createDefinitionInspection } from './definition-inspection.ts';
import type { DefinitionInspection } from './definition-inspection.ts';
import { createFlowDesk } from './flow-desk.ts';
import { createHoldBook } from './hold-book.ts';
import type { HoldBook } from './hold-book.ts';
import { createJobsDesk } from './jobs-desk.ts';
import type { JobsDesk } from './jobs-desk.ts';
import { createLimitsDesk } from './limits-desk.ts';
import { createLockdownDesk } from './lockdown-desk.ts';
import type { Init } from './messages.ts';
import { createNews } from './news.ts';
import type { News } from './news.ts';
import { createRecordDesk } from './record/record-desk.ts';
import type { RecordDesk } from './record/record-desk.ts';
import { createRetentionDesk } from './retention-desk.ts';
import type { RetentionDesk } from './retention-desk.ts';
import type { People } from './people.ts';
import { createRecordReader } from './record/reader.ts';
import type { RecordReader } from './record/reader.ts';
import { createRecordIndexer } from './record-indexer.ts';
import { createRecordedNames } from './recorded-names.ts';
import { createSubjectsDesk } from './subjects-desk.ts';
import type { SubjectsDesk } from './subjects-desk.ts';

const STRICTEST = PROFILES['works-council'];
/** Nobody guesses one; and it is short enough to be read out. */
const APPROVAL_ID_BYTES = 8;

export interface ControlDesksOptions {
  readonly init: Init;
  readonly links: Links;
  readonly version: string;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly tenant: string;
  readonly people: People;
  readonly nowMs: () => number;
  /** Undefined until it is open. */
  readonly store: () => Store | undefined;
  /** The config in force. */
  readonly shard: () => ConfigShard | undefined;
  /** A worker, as a person knows it. */
  readonly nameOf: (worker: Channel) => string;
  /** What is wrong with approvals has changed. */
  readonly onFaults: () => void;
}

/** The desks. */
export interface ControlDesks {
  readonly catalogue: ReturnType<typeof createCatalogueDesk>;
  readonly catalogueFaults: ReturnType<typeof createCatalogueFaults>;
  readonly inspection: DefinitionInspection;
  readonly lockdown: ReturnType<typeof createLockdownDesk>;
  readonly flow: ReturnType<typeof createFlowDesk>;
  readonly limits: ReturnType<typeof createLimitsDesk>;
  readonly approvals: ReturnType<typeof createApprovalsDesk>;
  /** Whom records are about. */
  readonly subjects: SubjectsDesk;
  readonly holds: HoldBook;
  readonly retention: RetentionDesk;
  /** What is done to the gateway is on record here. */
  readonly controlLog: ControlLog;
  readonly checkpoints: CheckpointDesk;
  /** What takes longer than an answer may take. */
  readonly jobs: JobsDesk;
  /** Reads the record in threads of its own. */
  readonly recordReader: RecordReader;
  /** That something has changed, for who looks on. */
  readonly news: News;
  /** The record, for who looks at it over the admin API. */
  readonly records: RecordDesk;
  /** What may be told of people now. */
  readonly privacy: () => Pick<PrivacySwitches, 'reidentify' | 'subjects' | 'smallestGroup'>;
  /** Those that workers talk to. */
  readonly all: readonly Desk[];
  /** Reads what the store has for them. */
  open(store: Store): Promise<void>;
  close(): Promise<void>;
}

export function createControlDesks(options: ControlDesksOptions): ControlDesks {
  const { init, links, log, metrics, tenant, people, nowMs, store, shard } = options;
  const { dataFolder } = init;
  const news = createNews();
  const inspection = createDefinitionInspection(() => shard()?.inspection);
  const catalogue = createCatalogueDesk({
    dataFolder,
    links,
    log,
    tenant,
    trustOf: (name) => shard()?.servers.find((server) => server.name === name)?.trust,
    inspection,
    onChange: () => {
      catalogueFaults.recheck();
      news.changed('catalogue');
    },
  });
  const catalogueFaults = createCatalogueFaults({ authority: () => catalogue.authority, shard, log, onFaults: options.onFaults });
  const lockdown = createLockdownDesk({
    dataFolder,
    links,
    tenant,
    agents: async () => (await store()?.agents(tenant))?.agents.map(({ name }) => name) ?? [],
    servers: () => shard()?.servers.map(({ name }) => name) ?? [],
    toolsOf: (server) =>
      catalogue.authority
        ?.all()
        .find((one) => one.server === server)
        ?.pins?.pins.filter(({ kind }) => kind === 'tool')
        .map(({ name }) => name),
    nameOf: options.nameOf,
  });
  const flow = createFlowDesk({
    links,
    log,
    tenant,
    nowMs,
    windowMs: () => (shard()?.policy.flow ?? DEFAULT_FLOW).windowMs,
    isShown: () => tellsApart(privacy()),
  });
  const limits = createLimitsDesk({ log, metrics, expected: init.workers });
  const controlLog = createControlLog({
    dataFolder,
    node: init.node,
    writer: `${init.name} pid ${process.pid}`,
    log,
    nowMs,
    onRecorded: (records) => changesIn(records).forEach((of) => news.changed(of)),
  });
  const checkpoints = createCheckpointDesk({ dataFolder, tenant, links, log, metrics, nowMs, journal: controlLog });
  const toName = createRecordedNames({ links, tenant, subjects: () => privacy().subjects });
  const approvals = createApprovalsDesk({
    links,
    log,
    metrics,
    tenant,
    nowMs,
    newId: (prefix) => `${prefix}_${randomBytes(APPROVAL_ID_BYTES).toString('hex')}`,
    canRecord: controlLog.canRecord,
    onChange: () => news.changed('approvals'),
    record: async (said) => controlLog.record(await Promise.all(said.map((one) => toApprovalRecord(one, nowMs(), toName)))),
  });
  // Until a config is in force nobody is told more than the strictest of them would tell.
  const privacy: ControlDesks['privacy'] = () => (shard() === undefined ? STRICTEST : (shard()?.audit ?? DEFAULT_AUDIT));
  const holds = createHoldBook({ dataFolder, links, tenant, people, nowMs, store, privacy });
  const recordIndex = createRecordIndexer({ dataFolder, log });
  const retention = createRetentionDesk({
    dataFolder,
    node: init.node,
    links,
    log,
    journal: controlLog,
    tenant,
    nowMs,
    holds,
    days: () => (shard() === undefined ? undefined : (shard()?.audit ?? DEFAULT_AUDIT).retentionDays),
    onRemoved: () => recordIndex.update(),
    keepDays: () => new Map((shard()?.audit ?? DEFAULT_AUDIT).purposes.map(({ name, keepDays }) => [name, keepDays])),
  });
  const subjects = createSubjectsDesk({
    links,
    tenant,
    privacy,
    holdsOn: (pseudonym) => holds.concerning(pseudonym),
    nameOf: options.nameOf,
  });
  const jobs = createJobsDesk({ nowMs });
  const recordReader = createRecordReader({ dataFolder, log });
  const records = createRecordDesk({
    dataFolder,
    version: options.version,
    log,
    nowMs,
    reader: recordReader,
    jobs,
    news,
    audit: () => ({ ...privacy(), anchors: (shard()?.audit ?? DEFAULT_AUDIT).anchors }),
    checkpoints: checkpoints.port,
  });
  const all: readonly Desk[] = [catalogue, flow, limits, approvals, checkpoints];
  return {
    privacy,
    catalogue,
    catalogueFaults,
    inspection,
    lockdown,
    flow,
    limits,
    approvals,
    subjects,
    holds,
    retention,
    controlLog,
    checkpoints,
    jobs,
    recordReader,
    news,
    records,
    all,
    open: async (opened) => {
      await flow.open(opened.taint);
      await catalogue.open(opened);
      await controlLog.open();
      await retention.open();
      if (controlLog.log !== undefined) checkpoints.open(controlLog.log);
      approvals.open(opened);
      await limits.open(opened.limits);
    },
    close: async () => {
      await jobs.close();
      await recordReader.close();
      await records.close();
      for (const desk of all) await desk.close?.();
      await recordIndex.close();
      await retention.close();
      await checkpoints.beforeClose();
      await controlLog.close();
      await checkpoints.finish();
    },
  };
}
