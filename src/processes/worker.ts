// The process that carries calls. It is handed bound listen sockets, which it shares with the other workers; it holds no file with a key
// and cannot start a program. It lives on the last snapshot it was given: control may come and go.

import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DEFAULT_TENANT } from '../agents/index.ts';
import { createCallIds, createRefusalCounter, createVault, openAuditLog, workerVaultFolder } from '../audit/index.ts';
import type { AuditLog, RefusalCounter } from '../audit/index.ts';
import type { ErrorCode } from '../base/index.ts';
import { compileSnapshot, isSnapshotDocument, parseSnapshotDocument, withLockdown } from '../config/index.ts';
import type { Snapshot, SnapshotDocument } from '../config/index.ts';
import type { Peer } from '../http/index.ts';
import {
  createGate,
  createListChanges,
  createOpenExchanges,
  createOwnerRelay,
  createRoadMetrics,
  createTaskIds,
  createTokens,
  createTurns,
  NO_TOKENS,
} from '../proxy/index.ts';
import type { Ports, SealingKey, Tokens } from '../proxy/index.ts';
import type { Server } from '../servers/index.ts';
import { createMetrics } from '../telemetry/index.ts';
import type { Log } from '../telemetry/index.ts';
import { createHeaderCatalogue, createToolContracts, createToolFinder } from '../tools/index.ts';
import { createApprovalsDoor } from './approvals-door.ts';
import { createCatalogueDoor } from './catalogue-door.ts';
import type { Frame } from './channel.ts';
import { createCheckpointDoor } from './checkpoint-door.ts';
import { report } from './child.ts';
import type { Duties, Links } from './child.ts';
import { createSwitchboard, dropFrame } from './conversation.ts';
import type { Door } from './conversation.ts';
import { createLockdownDoor } from './lockdown-door.ts';
import { createFlowDoor } from './flow-door.ts';
import { prepareInspection } from './inspection-engine.ts';
import { createInspectorDoor, INSPECTOR_TICK_MS } from './inspector-door.ts';
import { createLimitsDoor } from './limits-door.ts';
import type { Init } from './messages.ts';
import { createRecordedNames } from './recorded-names.ts';
import { reportSightings } from './sighting-report.ts';
import { createServerGauges } from './server-gauges.ts';
import { auditFolder } from './spawn.ts';
import { createSubjectsDoor } from './subjects-door.ts';
import { createWalkDoor } from './overview/walk-door.ts';
import { createTraceDoor } from './trace-door.ts';
import { createWorkerGauges } from './worker-gauges.ts';
import { createWorkerListeners } from './worker-listeners.ts';
import type { WorkerListeners } from './worker-listeners.ts';
import { readinessOf } from './worker-readiness.ts';
import { createSecretsDoor } from './worker-doors.ts';
import { createWorkerState, UPSTREAM_POOL } from './worker-state.ts';

const SNAPSHOT_PATIENCE_MS = 3_000;
const KEYS_TIMEOUT_MS = 5_000;
const KEYS_PERIOD_MS = 10 * 60_000;
const CERTIFICATES_PERIOD_MS = 3_600_000;
const METRICS_PERIOD_MS = 1_000;
const SWEEP_PERIOD_MS = 5_000;
const KEEP_ALIVE_AFTER_US = 15_000_000;

/** Sets up a worker's duties. */
export function beginWorker(init: Init, links: Links, log: Log): Duties {
  const startedAt = new Date().toISOString();
  const metrics = createMetrics();
  const open = createOpenExchanges();
  const relay = createOwnerRelay('run');
  let listeners: WorkerListeners | undefined;
  let configFaults: readonly string[] = [];
  /** What control handed out, and what is in force: the same unless something is locked. */
  let compiled: Snapshot | undefined;
  let snapshot: Snapshot | undefined;
  let keys: readonly SealingKey[] = [];
  let tokens: Tokens = NO_TOKENS;
  let audit: AuditLog | undefined;
  let refusals: RefusalCounter | undefined;
  let draining = false;
  /** Since when control is not linked. */
  let cutOffAt: number | undefined;
  let arrived: () => void = () => {};
  const haveSnapshot = new Promise<void>((resolve) => (arrived = resolve));

  const nowMs = (): number => Date.now();
  const nowUs = (): number => performance.now() * 1_000;

  const limits = createLimitsDoor(links);
  // Until a snapshot is there nobody knows whether names may stand on record, so they do not.
  const toRecorded = createRecordedNames({ links, tenant: DEFAULT_TENANT, subjects: () => snapshot?.audit.subjects ?? 'pseudonyms' });
  const toName = (agent: string): Promise<string> => toRecorded('agent', agent);
  const flow = createFlowDoor({ links, metrics, nowMs, toName, audit: () => audit });
  const catalogue = createCatalogueDoor({
    links,
    log,
    nowMs,
    onChanged: (server, changed) => listChanges.catalogueChanged(server, changed),
  });
  const inspection = createInspectorDoor({
    compile: prepareInspection,
    onHung: (name) => report({ kind: 'hung', name }),
    metrics,
    log,
  });
  const traces = createTraceDoor({ links, metrics, nowMs, catalogue: catalogue.catalogue });
  const subjects = createSubjectsDoor({ links, metrics, nowMs });
  const checkpoints = createCheckpointDoor({ slot: `worker-${init.slot}`, links, log, metrics, nowMs });
  const approvals = createApprovalsDoor({ links, keys: () => keys, metrics });
  const state = createWorkerState({
    self: init.name,
    links,
    log,
    metrics,
    nowMs,
    keys: () => keys,
    catalogue,
    inspector: inspection.inspector,
    onServer: (server) => tellStatus(server),
  });
  const vault = createVault({
    folder: workerVaultFolder(init.dataFolder, init.slot),
    metrics,
    onFault: (error) => log.error('envelopes cannot be written', { error }),
  });
  const { servers, sessions, legacyServers, listens, aggregates, placement, processes, runner } = state;
  const listChanges = createListChanges({ open, catalogue: catalogue.catalogue, known: aggregates.known, snapshot: () => snapshot });
  const tellStatus = (server: Server): void => {
    const { readiness } = server;
    if (readiness === undefined) return;
    const said =
      readiness.kind === 'ready'
        ? { state: 'ready', revisions: readiness.verdict.revisions, transport: readiness.verdict.transport }
        : { state: 'failed', problem: readiness.reason };
    links.get('control')?.send('server-status', { server: server.name, scout: init.scout, ...said });
  };

  /** As control was told. */
  let isRecording = true;
  let isSealing = true;
  const tellSelf = (state: 'starting' | 'serving' | 'draining'): void => {
    const listeners = init.listeners.map(({ name, host, port }) => ({ name, host, port }));
    isRecording = audit?.state !== 'faulted';
    isSealing = !vault.isFaulted;
    const able = { isRecording, isSealing };
    links
      .get('control')
      ?.send('status', { slot: init.slot, pid: process.pid, state, startedAt, revision: snapshot?.revision ?? 0, listeners, ...able });
  };
  const tellState = (): void => tellSelf(draining ? 'draining' : listeners?.open.length ? 'serving' : 'starting');

  /** Takes over a snapshot: from the next request on, everything is judged by it; what is open is judged again now. */
  const adopt = (document: SnapshotDocument): string | undefined => {
    const next = compileSnapshot(document, compiled, (server, tool) => catalogue.catalogue.tool(server, tool));
    if (!next.ok) return next.error.join(' ');
    const problem = inspection.update(next.value.inspection.document);
    if (problem !== undefined) return problem;
    const before = snapshot;
    compiled = next.value;
    snapshot = withLockdown(compiled, lockdown.current);
    listeners?.update(snapshot.listeners);
    servers.update(snapshot.servers.values());
    catalogue.catalogue.retain(new Set(snapshot.servers.keys()));
    reconsider(snapshot);
    if (before !== undefined) listChanges.snapshotChanged(before, snapshot);
    if (init.scout && listeners !== undefined) lookAtServers();
    tellState();
    arrived();
    return undefined;
  };

  /** What is open is judged again; says how much was cut. */
  const reconsider = (inForce: Snapshot): number => {
    const cut = open.reconsider(inForce, nowMs());
    state.sweep(inForce);
    return cut;
  };
  const lockdown = createLockdownDoor({
    dataFolder: init.dataFolder,
    log,
    metrics,
    nowMs,
    toName,
    enforce: () => {
      if (compiled === undefined) return 0;
      const before = snapshot ?? compiled;
      snapshot = withLockdown(compiled, lockdown.current);
      const cut = reconsider(snapshot);
      listChanges.snapshotChanged(before, snapshot);
      return cut;
    },
  });

  const fetchKeys = async (): Promise<void> => {
    const { fields } = await links.request('keeper', 'seal-keys', {}, KEYS_TIMEOUT_MS);
    const listed = fields['keys'];
    if (!Array.isArray(listed)) throw new Error('the keeper gave no keys');
    keys = listed.map((one: { kid: string; key: string }) => ({ kid: one.kid, key: Buffer.from(one.key, 'base64') }));
  };

  const fetchTokenKey = async (): Promise<void> => {
    const { fields } = await links.request('keeper', 'token-key', {}, KEYS_TIMEOUT_MS);
    const { key } = fields;
    if (typeof key === 'string') tokens = createTokens(Buffer.from(key, 'base64'));
    else log.error('there is no key for tokens; values are left out instead', { reason: fields['error'] });
  };

  const start = async (): Promise<void> => {
    const patience = setTimeout(() => {
      const last = lastGood(init.dataFolder);
      if (last === undefined || (snapshot !== undefined && catalogue.isTold)) return;
      log.warn('control does not answer; serving on the last good snapshot');
      if (!catalogue.isTold) catalogue.readLast(init.dataFolder);
      if (snapshot === undefined) adopt(last);
    }, SNAPSHOT_PATIENCE_MS);
    [audit] = await Promise.all([
      openAuditLog({
        directory: auditFolder(init.dataFolder, init.slot),
        slot: `worker-${init.slot}`,
        node: init.node,
        writer: `${init.name} pid ${process.pid}`,
        clock: nowMs,
        onFault: (error) => log.error('the audit log cannot be written', { error }),
        metrics,
        takeOver: true, // The supervisor gives a slot to one worker at a time.
      }),
      haveSnapshot,
      fetchKeys(),
      fetchTokenKey(),
      catalogue.open(),
      lockdown.open(),
    ]);
    clearTimeout(patience);
    if (draining) return;
    lockdown.record(audit);
    checkpoints.begin(audit);
    await openDoors(audit);
    tellState();
    report({ kind: 'ready' });
    if (init.scout) lookAtServers();
  };
  const lookAtServers = (): void => {
    for (const server of servers.all()) server.prepare(() => {});
  };

  const openDoors = async (log_: AuditLog): Promise<void> => {
    const counter = createRefusalCounter({ clock: nowMs, maxKeys: 1_000, append: (record) => log_.append(record) });
    refusals = counter;
    const current = (): Snapshot => {
      if (snapshot === undefined) throw new Error('no snapshot');
      return snapshot;
    };
    const ports: Ports = {
      audit: log_,
      vault,
      subjects: subjects.subjects,
      servers,
      sessions,
      headerCatalogue: createHeaderCatalogue(catalogue.catalogue),
      catalogue: catalogue.catalogue,
      gate: createGate(),
      contracts: createToolContracts(catalogue.catalogue),
      finder: createToolFinder({ catalogue: catalogue.catalogue, yield: (next) => setImmediate(next) }),
      reportSightings: (report) => reportSightings(links, report, catalogue.catalogue),
      taint: flow.authority,
      limits: limits.port,
      inspector: inspection.inspector,
      tokens,
      taskIds: createTaskIds(() => keys),
      approvals: approvals.approvals,
      open,
      metrics: createRoadMetrics(metrics),
      tracing: traces.tracing,
      log,
      newId: createCallIds(randomBytes(8)),
      nowMs,
      nowUs,
      relayToOwner: (arrival, owner, lost) => relay.relay(arrival, owner, lost),
      snapshot: current,
      legacyServers,
      listens,
      aggregates,
      placement,
    };
    const onTurnedAway = (code: ErrorCode, peer: Peer): void => counter.count(peer.address, code);
    const turns = createTurns({ ports, snapshot: current, onTurnedAway });
    listeners = createWorkerListeners({
      init,
      links,
      ports,
      metrics,
      snapshot: current,
      readiness: () =>
        readinessOf({
          isDraining: draining,
          audit: log_,
          snapshot: current(),
          cutOffMs: cutOffAt === undefined ? undefined : nowMs() - cutOffAt,
          faults: configFaults,
        }),
      turns,
      onTurnedAway,
    });
    listeners.update(current().listeners);
    await listeners.listen();
    const readGauges = createWorkerGauges({
      metrics,
      doors: listeners.open,
      open,
      sessions,
      legacyServers,
      processes,
      servers,
      routes: () => [...current().routes.values()].filter(({ kind }) => kind === 'aggregate').map(({ key }) => key),
      revision: () => current().revision,
      turns,
    });
    const readServerGauges = createServerGauges(metrics, servers);
    every(METRICS_PERIOD_MS, () => {
      counter.flush();
      readGauges();
      readServerGauges();
      traces.tick();
      links.get('control')?.send('metrics', { dump: metrics.dump() });
      if (isRecording !== (log_.state !== 'faulted') || isSealing === vault.isFaulted) tellState();
    });
    every(INSPECTOR_TICK_MS, () => inspection.tick());
    every(SWEEP_PERIOD_MS, () => {
      open.keepAlive(nowUs() - KEEP_ALIVE_AFTER_US);
      state.sweep(current());
      aggregates.known.sweep();
      for (const door of doors) door.sweep?.();
    });
    every(CERTIFICATES_PERIOD_MS, renewal);
    every(
      KEYS_PERIOD_MS,
      () => void fetchKeys().catch((error: unknown) => log.warn('the keys could not be renewed', { error: String(error) })),
    );
  };
  const renewal = (): void =>
    void listeners
      ?.renewCertificates()
      .catch((error: unknown) =>
        log.error('a certificate could not be renewed', { error: error instanceof Error ? error : new Error(String(error)) }),
      );

  const drain = async (graceMs: number): Promise<void> => {
    if (draining) return;
    draining = true;
    tellState();
    open.endStreams();
    approvals.endWaits();
    const cut = setTimeout(() => open.cutAll(), graceMs);
    await listeners?.drain(graceMs);
    clearTimeout(cut);
    sessions.close();
    limits.close();
    legacyServers.close();
    relay.close();
    servers.close();
    refusals?.close();
    await checkpoints.close();
    await audit?.close();
    await vault.close();
    process.exit(0);
  };

  /** What is this process's own. */
  const own: Door = {
    hears: {
      snapshot: (frame) => {
        const document = frame.fields['document'];
        const problem = isSnapshotDocument(document) ? adopt(document) : 'the snapshot has no known form';
        if (problem !== undefined) log.error(problem);
        frame.reply(problem === undefined ? {} : { error: problem });
      },
      'config-faults': ({ fields }) => {
        configFaults = Array.isArray(fields['faults']) ? fields['faults'].map(String) : [];
      },
      'renew-certificates': () => renewal(),
      workers: ({ fields }) => placement.update(Array.isArray(fields['names']) ? fields['names'].map(String) : []),
      'session-ended': ({ fields }) => sessions.forget(String(fields['token']), nowMs()),
    },
    onControl: () => {
      cutOffAt = undefined;
      tellState();
      for (const server of servers.all()) tellStatus(server);
    },
    onControlGone: () => {
      // A new link may be there before the old one is seen to be closed.
      if (links.get('control') === undefined) cutOffAt = nowMs();
    },
  };
  const walks = createWalkDoor({
    stdio: runner,
    secrets: createSecretsDoor(links),
    pool: UPSTREAM_POOL,
    configOf: (server) => servers.get(server)?.config,
    nowMs,
  });
  const doors: readonly Door[] = [own, walks, catalogue, lockdown, flow, limits, approvals, checkpoints, subjects];
  const switchboard = createSwitchboard<undefined>(doors);
  const hear = (frame: Frame): void => {
    if (!switchboard.hear(frame, undefined)) dropFrame(frame, log);
  };

  start().catch((error: unknown) => {
    log.error('this worker cannot start', { error: error instanceof Error ? error : new Error(String(error)) });
    process.exit(1);
  });

  return {
    onFrame: (from, frame, channel) => {
      if (from.role === 'runner') runner.hear(channel, frame);
      else if (from.role === 'inspector') inspection.hear(channel, frame);
      else if (from.role === 'control') hear(frame);
    },
    onLink: (role, channel, name) => {
      if (role === 'inspector') inspection.linked(channel, name);
      if (role === 'control') for (const door of doors) door.onControl?.();
    },
    onUnlink: (role, channel) => {
      if (role === 'runner') runner.lost(channel);
      if (role === 'inspector') inspection.lost(channel);
      if (role === 'control') for (const door of doors) door.onControlGone?.();
    },
    onDrain: (graceMs) => void drain(graceMs),
  };
}

function every(periodMs: number, action: () => void): void {
  setInterval(action, periodMs).unref();
}

function lastGood(dataFolder: string): SnapshotDocument | undefined {
  try {
    const document = parseSnapshotDocument(readFileSync(join(dataFolder, 'snapshot.json'), 'utf8'));
    return document.ok ? document.value : undefined;
  } catch {
    return undefined;
  }
}
