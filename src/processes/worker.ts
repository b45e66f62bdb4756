// The process that carries calls. It inherits bound listen sockets and shares them with the other workers; it holds no file with a key
// and cannot start a program. It lives on the last snapshot it was given: control may come and go.

import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createCallIds, createRefusalCounter, openAuditLog } from '../audit/index.ts';
import type { AuditLog, RefusalCounter } from '../audit/index.ts';
import type { ErrorCode } from '../base/index.ts';
import { compileSnapshot, isSnapshotDocument, parseSnapshotDocument } from '../config/index.ts';
import type { ListenerConfig, Snapshot, SnapshotDocument } from '../config/index.ts';
import { createHttpServer } from '../http/index.ts';
import type { HttpServer, HttpServerOptions, Peer } from '../http/index.ts';
import {
  createAggregates,
  createDoor,
  createGate,
  createLegacyServers,
  createLinkTo,
  createOpenExchanges,
  createOwnerRelay,
  createPlacement,
  createProcesses,
  createRoadMetrics,
  createSessions,
  createTaskIds,
  serverLimits,
} from '../proxy/index.ts';
import type { Ports, SealingKey } from '../proxy/index.ts';
import { createServers } from '../servers/index.ts';
import type { Server } from '../servers/index.ts';
import { createMetrics } from '../telemetry/index.ts';
import type { Log } from '../telemetry/index.ts';
import { createCatalogue, createHeaderCatalogue, isServerCatalogue } from '../tools/index.ts';
import type { ServerCatalogue } from '../tools/index.ts';
import { lastCatalogues } from './catalogue-publisher.ts';
import type { Channel, Frame } from './channel.ts';
import { report } from './child.ts';
import type { Duties, Links } from './child.ts';
import type { Init } from './messages.ts';
import { verifierOf } from './pin-keeping.ts';
import { reportSightings } from './sighting-report.ts';
import { auditFolder } from './spawn.ts';
import { createWorkerGauges } from './worker-gauges.ts';
import { createRunnerDoor, createSecretsDoor } from './worker-doors.ts';

const SNAPSHOT_PATIENCE_MS = 3_000;
const KEYS_TIMEOUT_MS = 5_000;
const KEYS_PERIOD_MS = 10 * 60_000;
const CERTIFICATES_PERIOD_MS = 3_600_000;
const METRICS_PERIOD_MS = 1_000;
const SWEEP_PERIOD_MS = 5_000;
const KEEP_ALIVE_AFTER_US = 15_000_000;
/** While it drains, a kept connection may be used once more and learn that it ends; after this it is closed if it is idle. */
const IDLE_GRACE_MS = 2_000;

/** Sets up a worker's duties. */
export function beginWorker(init: Init, links: Links, log: Log): Duties {
  const startedAt = new Date().toISOString();
  const metrics = createMetrics();
  const runner = createRunnerDoor(links);
  const headerCatalogue = createHeaderCatalogue();
  const open = createOpenExchanges();
  const relay = createOwnerRelay('run');
  const doors: HttpServer[] = [];
  /** Listeners as last configured: one that was renamed or removed still ends its calls while this worker drains. */
  const listeners = new Map<string, ListenerConfig>();
  const certified: { readonly listener: string; readonly server: HttpServer; readonly endsTls: boolean }[] = [];
  let relayed: HttpServer | undefined;
  let snapshot: Snapshot | undefined;
  let keys: readonly SealingKey[] = [];
  let audit: AuditLog | undefined;
  let refusals: RefusalCounter | undefined;
  let draining = false;
  let arrived: () => void = () => {};
  const haveSnapshot = new Promise<void>((resolve) => (arrived = resolve));

  /** Until the keeper has said how it signs, nothing is believed, and no door is open. */
  let isSignedByKeeper: (text: string, signature: string) => boolean = () => false;
  let unread: ServerCatalogue[] | undefined = [];

  const nowMs = (): number => Date.now();
  const nowUs = (): number => performance.now() * 1_000;

  const catalogue = createCatalogue({ nowMs, verify: (text, signature) => isSignedByKeeper(text, signature) });
  /** Takes over what is approved of servers; what is not to be believed is said, and withheld. */
  const adoptCatalogues = (said: readonly ServerCatalogue[]): readonly string[] => {
    if (unread !== undefined) {
      unread.push(...said);
      return [];
    }
    const problems = said.flatMap((one) => {
      const fault = catalogue.adopt(one);
      return fault === undefined ? [] : [`the pins of '${one.server}' cannot be trusted: ${fault}`];
    });
    for (const problem of problems) log.error('everything of a server is withheld', { problem });
    return problems;
  };
  const onNoise = (server: string): void =>
    metrics.counter('sallyport.upstream.failures', { code: 'upstream_malformed', 'sallyport.server': server }).add();
  const processes = createProcesses(runner);
  const sessions = createSessions({
    self: init.name,
    keys: () => keys,
    processes,
    nowMs,
    onEnded: (token) => links.get('control')?.send('session-ended', { token }),
    // How it ended is not for the log: a program's last words may be what it was told.
    onSessionEnd: (server) => log.debug('a session ended', { server }),
    onNoise,
  });
  const servers = createServers({
    stdio: runner,
    secrets: createSecretsDoor(links),
    nowMs,
    connectTimeoutMs: 10_000,
    maxConnections: 512,
    maxQueued: 1_024,
    maxHeadBytes: 64 * 1024,
    addressPolicy: 'any',
    onChange: (server) => tellStatus(server),
  });
  const legacyServers = createLegacyServers({
    self: init.name,
    keys: () => keys,
    nowMs,
    linkTo: createLinkTo({ processes, log, onNoise }),
    onSessionEnd: (server) => log.debug('a session ended', { server }),
    onEvent: (event, server) => metrics.counter('sallyport.bridge.events', { event, 'sallyport.server': server }).add(),
  });
  const aggregates = createAggregates({ keys: () => keys, nowMs });
  const placement = createPlacement(init.name);
  const tellStatus = (server: Server): void => {
    const { readiness } = server;
    if (readiness === undefined) return;
    const state =
      readiness.kind === 'ready'
        ? { state: 'ready', revisions: readiness.verdict.revisions, transport: readiness.verdict.transport }
        : { state: 'failed', problem: readiness.reason };
    links.get('control')?.send('server-status', { server: server.name, scout: init.scout, ...state });
  };

  const tellSelf = (state: 'starting' | 'serving' | 'draining'): void => {
    const listeners = init.listeners.map(({ name, host, port }) => ({ name, host, port }));
    links
      .get('control')
      ?.send('status', { slot: init.slot, pid: process.pid, state, startedAt, revision: snapshot?.revision ?? 0, listeners });
  };
  const tellState = (): void => tellSelf(draining ? 'draining' : doors.length === 0 ? 'starting' : 'serving');

  /** Takes over a snapshot: from the next request on, everything is judged by it; what is open is judged again now. */
  const adopt = (document: SnapshotDocument): string | undefined => {
    const compiled = compileSnapshot(document, snapshot);
    if (!compiled.ok) return compiled.error.join(' ');
    snapshot = compiled.value;
    for (const listener of snapshot.listeners) listeners.set(listener.name, listener);
    servers.update(snapshot.servers.values());
    catalogue.retain(new Set(snapshot.servers.keys()));
    open.reconsider(snapshot, nowMs());
    sessions.sweep(snapshot, nowMs());
    legacyServers.sweep(snapshot, nowMs());
    if (init.scout && doors.length > 0) lookAtServers();
    tellState();
    arrived();
    return undefined;
  };

  const fetchKeys = async (): Promise<void> => {
    const { fields } = await links.request('keeper', 'seal-keys', {}, KEYS_TIMEOUT_MS);
    const listed = fields['keys'];
    if (!Array.isArray(listed)) throw new Error('the keeper gave no keys');
    keys = listed.map((one: { kid: string; key: string }) => ({ kid: one.kid, key: Buffer.from(one.key, 'base64') }));
  };

  const fetchPinsKey = async (): Promise<void> => {
    const { fields } = await links.request('keeper', 'pins', {}, KEYS_TIMEOUT_MS);
    if (typeof fields['publicKey'] === 'string') isSignedByKeeper = verifierOf(fields['publicKey']);
    else log.error('the keeper cannot say how it signs: everything that was approved is withheld', { error: String(fields['error']) });
    const waiting = unread ?? [];
    unread = undefined;
    adoptCatalogues(waiting);
  };

  const start = async (): Promise<void> => {
    const patience = setTimeout(() => {
      const last = lastGood(init.dataFolder);
      if (snapshot === undefined && last !== undefined) {
        log.warn('control does not answer; serving on the last good snapshot');
        adoptCatalogues(lastCatalogues(init.dataFolder));
        adopt(last);
      }
    }, SNAPSHOT_PATIENCE_MS);
    [audit] = await Promise.all([
      openAuditLog({
        directory: auditFolder(init.dataFolder, init.slot),
        slot: `worker-${init.slot}`,
        writer: `${init.name} pid ${process.pid}`,
        clock: nowMs,
        onFault: (error) => log.error('the audit log cannot be written', { error }),
        metrics,
        takeOver: true, // The supervisor gives a slot to one worker at a time.
      }),
      haveSnapshot,
      fetchKeys(),
      fetchPinsKey(),
    ]);
    clearTimeout(patience);
    if (draining) return;
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
    const onStranger = (code: ErrorCode, peer: Peer): void => counter.count(peer.address, code);
    const current = (): Snapshot => {
      if (snapshot === undefined) throw new Error('no snapshot');
      return snapshot;
    };
    const ports: Ports = {
      audit: log_,
      servers,
      sessions,
      headerCatalogue,
      catalogue,
      gate: createGate(),
      reportSightings: (report) => reportSightings(links, report),
      taskIds: createTaskIds(() => keys),
      open,
      metrics: createRoadMetrics(metrics),
      log,
      newId: createCallIds(randomBytes(8)),
      nowMs,
      nowUs,
      relayToOwner: (arrival, owner, lost) => relay.relay(arrival, owner, lost),
      snapshot: current,
      legacyServers,
      aggregates,
      placement,
    };
    const readiness = (): { ready: boolean; body: Uint8Array } => {
      const faults = [
        ...(draining ? ['draining'] : []),
        ...(log_.state === 'open' ? [] : ['the audit log cannot be written']),
        ...configFaults,
      ];
      const ready = !draining && log_.state === 'open';
      return {
        ready,
        body: Buffer.from(`${JSON.stringify({ status: ready ? 'ready' : 'not ready', revision: current().revision, faults })}\n`),
      };
    };
    const { limits } = current();
    for (const inherited of init.listeners) {
      const listener = listeners.get(inherited.name);
      if (listener === undefined) continue;
      const server = createHttpServer({
        handler: createDoor({ ports, snapshot: current, listener: (name) => listeners.get(name), readiness, onStranger, relayed: false }),
        limits: serverLimits(limits),
        listener: listener.name,
        ...(await tlsFor(listener, links)),
      });
      await server.listenFd(inherited.fd);
      doors.push(server);
      certified.push({ listener: listener.name, server, endsTls: listener.tls.kind === 'files' || listener.tls.kind === 'self-signed' });
    }
    relayed = createHttpServer({
      handler: createDoor({ ports, snapshot: current, listener: (name) => listeners.get(name), readiness, onStranger, relayed: true }),
      limits: { ...serverLimits(limits), maxConnectionsPerAddress: limits.maxConnections },
      listener: '@relay',
    });
    await relayed.listenPath(`run/${init.name}`);
    const readGauges = createWorkerGauges({
      metrics,
      doors: certified,
      open,
      sessions,
      legacyServers,
      processes,
      servers,
      routes: () => [...current().routes.values()].filter(({ kind }) => kind === 'aggregate').map(({ key }) => key),
      revision: () => current().revision,
    });
    every(METRICS_PERIOD_MS, () => {
      readGauges();
      links.get('control')?.send('metrics', { dump: metrics.dump() });
    });
    every(SWEEP_PERIOD_MS, () => {
      open.keepAlive(nowUs() - KEEP_ALIVE_AFTER_US);
      sessions.sweep(current(), nowMs());
      legacyServers.sweep(current(), nowMs());
      aggregates.known.sweep();
    });
    every(CERTIFICATES_PERIOD_MS, renewal);
    every(
      KEYS_PERIOD_MS,
      () => void fetchKeys().catch((error: unknown) => log.warn('the keys could not be renewed', { error: String(error) })),
    );
  };
  let configFaults: readonly string[] = [];

  /** Certificates are renewed in place: connections stay, new handshakes see the new one. One that cannot be used changes nothing. */
  const renewCertificates = async (): Promise<void> => {
    for (const { listener, server, endsTls } of certified) {
      const config = snapshot?.listeners.find((one) => one.name === listener);
      const { tls } = config === undefined ? {} : await tlsFor(config, links);
      // Whether a listener ends TLS at all is settled at birth; a worker for which that has changed is being replaced.
      if (typeof tls === 'object' && endsTls) server.setSecureContext(tls);
    }
  };
  const renewal = (): void =>
    void renewCertificates().catch((error: unknown) =>
      log.error('a certificate could not be renewed', { error: error instanceof Error ? error : new Error(String(error)) }),
    );

  const drain = async (graceMs: number): Promise<void> => {
    if (draining) return;
    draining = true;
    tellState();
    open.endStreams();
    const cut = setTimeout(() => open.cutAll(), graceMs);
    await Promise.all(doors.map((server) => server.drain(Math.min(IDLE_GRACE_MS, graceMs))));
    // The other workers keep connections to this door for as long as they live, and they may be waiting for us in the same way.
    await relayed?.drain(0);
    clearTimeout(cut);
    sessions.close();
    legacyServers.close();
    relay.close();
    servers.close();
    refusals?.close();
    await audit?.close();
    process.exit(0);
  };

  const hear = (frame: Frame): void => {
    switch (frame.type) {
      case 'snapshot': {
        const document = frame.fields['document'];
        const problem = isSnapshotDocument(document) ? adopt(document) : 'the snapshot has no known form';
        if (problem !== undefined) log.error(problem);
        return frame.reply(problem === undefined ? {} : { error: problem });
      }
      case 'catalogue': {
        const said = frame.fields['catalogues'];
        const problems = Array.isArray(said) && said.every(isServerCatalogue) ? adoptCatalogues(said) : ['a catalogue has no known form'];
        return frame.reply(problems.length === 0 ? {} : { error: problems.join(' ') });
      }
      case 'config-faults':
        configFaults = Array.isArray(frame.fields['faults']) ? frame.fields['faults'].map(String) : [];
        return;
      case 'renew-certificates':
        return renewal();
      case 'workers':
        return placement.update(Array.isArray(frame.fields['names']) ? frame.fields['names'].map(String) : []);
      case 'session-ended':
        return sessions.forget(String(frame.fields['token']), nowMs());
      default:
        return log.warn('a frame of no known type was dropped', { type: frame.type });
    }
  };

  start().catch((error: unknown) => {
    log.error('this worker cannot start', { error: error instanceof Error ? error : new Error(String(error)) });
    process.exit(1);
  });

  return {
    onFrame: (from, frame, channel: Channel) => {
      if (from.role === 'runner') runner.hear(channel, frame);
      else if (from.role === 'control') hear(frame);
    },
    onLink: (role) => {
      if (role !== 'control') return;
      tellState();
      for (const server of servers.all()) tellStatus(server);
    },
    onUnlink: (role, channel) => {
      if (role === 'runner') runner.lost(channel);
    },
    onDrain: (graceMs) => void drain(graceMs),
  };
}

function every(periodMs: number, action: () => void): void {
  setInterval(action, periodMs).unref();
}

async function tlsFor(listener: ListenerConfig, links: Links): Promise<Pick<HttpServerOptions<unknown>, 'tls' | 'trustedProxies'>> {
  switch (listener.tls.kind) {
    case 'off':
      return {};
    case 'external':
      return { tls: 'external', trustedProxies: listener.trustedProxies };
    case 'self-signed':
    case 'files': {
      const { fields } = await links.request('keeper', 'tls', { listener: listener.name }, KEYS_TIMEOUT_MS);
      if (typeof fields['error'] === 'string') throw new Error(fields['error']);
      return { tls: { key: String(fields['key']), cert: String(fields['certificate']) } };
    }
    default:
      return listener.tls satisfies never;
  }
}

function lastGood(dataFolder: string): SnapshotDocument | undefined {
  try {
    const document = parseSnapshotDocument(readFileSync(join(dataFolder, 'snapshot.json'), 'utf8'));
    return document.ok ? document.value : undefined;
  } catch {
    return undefined;
  }
}
