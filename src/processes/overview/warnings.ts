// What is wrong, or soon will be, for the person who looks first: each with what it is about, a figure where there is one, and what to do.
// Everything is read from what control knows anyway; nothing is asked of anybody.

import { THRESHOLDS } from '../../admin/index.ts';
import type { GatewayStatus, ServerStatus, Warning } from '../../admin/index.ts';
import type { Flow, MetricsDump, ServerFlow } from '../../telemetry/index.ts';
import { gaugesOf } from './gauges.ts';

/** What warnings are read from. */
export interface WarningFacts {
  readonly nowMs: number;
  readonly status: GatewayStatus;
  readonly wantedWorkers: number;
  readonly servers: readonly ServerStatus[];
  readonly dump: MetricsDump;
  /** The last five minutes, of the gateway and of its servers. */
  readonly flow: Flow;
  readonly flowOf: (server: string) => ServerFlow;
  readonly hasKeeper: boolean;
  /** What of the faults of the status is about the disk, and about anchors and checkpoints. */
  readonly diskFaults: readonly string[];
  readonly anchorFaults: readonly string[];
}

type Code = Warning['code'];
type Severity = Warning['severity'];

const DAY_MS = 86_400_000;
const SLOW_LOOP_SECONDS = 0.5;
/** Fewer say nothing of a server. */
const ENOUGH_CALLS = 10;

/** Where the documentation says more: a heading for each code. */
const PAGE = 'docs/doctor.md';

/** The worst first. */
export function listWarnings(facts: WarningFacts): Warning[] {
  const found = [
    ...ofConfig(facts),
    ...ofWorkers(facts),
    ...ofDisk(facts),
    ...ofServers(facts),
    ...ofCertificates(facts),
    ...ofClocks(facts),
    ...ofLoad(facts),
    ...ofOthers(facts),
  ];
  const order: readonly Severity[] = ['critical', 'warning', 'info'];
  return found.toSorted((a, b) => order.indexOf(a.severity) - order.indexOf(b.severity));
}

interface Said {
  readonly text: string;
  readonly about?: string;
  readonly remedy?: string | undefined;
}

function warn(severity: Severity, code: Code, { text, about, remedy }: Said): Warning {
  return { severity, code, about: about ?? null, text, remedy: remedy ?? null, runbook: code === 'other' ? null : `${PAGE}#${code}` };
}

function ofConfig({ status }: WarningFacts): Warning[] {
  const { refusal } = status.config;
  const { locks = [], fault } = status.lockdown ?? {};
  return [
    ...(refusal === null
      ? []
      : [
          warn('critical', 'config_refused', {
            text: `The config file was changed at ${refusal.at} and cannot be put in force; the gateway goes on with the one before. ${refusal.problems[0]?.message ?? ''}`.trim(),
            remedy: "'sallyport check' shows every mistake with its line.",
          }),
        ]),
    ...(typeof fault === 'string'
      ? [warn('critical', 'locked_down', { text: `Everything is locked, because nobody can say what is: the lockdown folder ${fault}` })]
      : []),
    ...locks.map(({ kind, name, by, since, reason }) =>
      warn(kind === 'all' ? 'critical' : 'info', 'locked_down', {
        about: kind === 'all' ? 'everything' : `${kind} ${name}`,
        text: `Locked by ${by} since ${since}${reason === '' ? '' : `: ${reason}`}`,
        remedy: "'sallyport lockdown lift' ends it.",
      }),
    ),
  ];
}

function ofWorkers({ status, wantedWorkers, hasKeeper, dump }: WarningFacts): Warning[] {
  const serving = status.workers.filter(({ state }) => state === 'serving').length;
  const faulted = gaugesOf(dump, 'sallyport.audit.faulted').reduce((sum, [, value]) => sum + value, 0);
  return [
    ...(serving >= wantedWorkers
      ? []
      : [
          warn(serving === 0 ? 'critical' : 'warning', 'workers_missing', {
            text: `${serving} of ${wantedWorkers} workers serve.`,
            remedy: 'One that ended is started again by itself; the log says why it ended.',
          }),
        ]),
    ...(hasKeeper
      ? []
      : [
          warn('critical', 'keeper_gone', {
            text: 'The keeper does not run: credentials, checkpoints and pseudonyms that are not known already cannot be had.',
            remedy: 'It is started again by itself; the log says why it ended.',
          }),
        ]),
    ...(faulted === 0
      ? []
      : [
          warn('critical', 'audit_faulted', {
            text: `${faulted} audit logs cannot be written: calls there are refused, because they cannot be put on record.`,
            remedy: 'Look at the room and the health of the disk of the data folder.',
          }),
        ]),
  ];
}

function ofDisk({ dump, diskFaults, flow }: WarningFacts): Warning[] {
  const free = gaugesOf(dump, 'sallyport.disk.free')[0]?.[1];
  const room = diskFaults.map((text) =>
    free !== undefined && free < THRESHOLDS.fullDiskBytes ? warn('critical', 'disk_full', { text }) : warn('warning', 'disk_low', { text }),
  );
  const { commitMs, commits } = flow;
  if (commitMs === null || commits < THRESHOLDS.enoughCommits || commitMs.p95 < THRESHOLDS.slowCommitMs) return room;
  const text = `Durable writes take ${Math.round(commitMs.mean)} ms on average, ${Math.round(commitMs.p95)} ms or more for one in twenty of the last ${commits}: every call waits for one.`;
  return [
    ...room,
    warn('warning', 'disk_slow', { text, remedy: 'Look at what else writes to the disk of the data folder, or move it to a faster one.' }),
  ];
}

function ofServers({ servers, flowOf }: WarningFacts): Warning[] {
  return servers.flatMap(({ name, state, problem }) => {
    if (state === 'failed')
      return [
        warn('warning', 'server_failed', {
          about: name,
          text: problem ?? 'It cannot be used.',
          remedy: `'sallyport doctor ${name}' goes every step of the way to it.`,
        }),
      ];
    const { calls, serverMs } = flowOf(name);
    if (serverMs === null || calls < ENOUGH_CALLS || serverMs.p95 < THRESHOLDS.slowServerMs) return [];
    const text = `One in twenty of its last ${calls} calls took ${(serverMs.p95 / 1_000).toFixed(1)} s or longer, half of them ${Math.round(serverMs.p50)} ms.`;
    return [warn('warning', 'server_slow', { about: name, text, remedy: `'sallyport doctor ${name}' says which step takes that long.` })];
  });
}

function ofCertificates({ dump, nowMs }: WarningFacts): Warning[] {
  const one = (about: string, endsAtSeconds: number, remedy: string): Warning[] => {
    const leftMs = endsAtSeconds * 1_000 - nowMs;
    if (endsAtSeconds <= 0 || leftMs > THRESHOLDS.certificateSoonMs) return [];
    const day = new Date(endsAtSeconds * 1_000).toISOString().slice(0, 10);
    return leftMs <= 0
      ? [warn('critical', 'certificate_over', { about, text: `Its certificate has expired on ${day}.`, remedy })]
      : [
          warn('warning', 'certificate_ends', {
            about,
            text: `Its certificate ends on ${day}, in ${Math.ceil(leftMs / DAY_MS)} days.`,
            remedy,
          }),
        ];
  };
  return [
    ...gaugesOf(dump, 'sallyport.certificate.expiry.timestamp').flatMap(([listener, ends]) =>
      one(
        listener === '@console' ? 'console' : `listener ${listener}`,
        ends,
        'Put the new one into the files of the config; it is taken over within the hour, or at a reload.',
      ),
    ),
    ...gaugesOf(dump, 'sallyport.server.certificate.expiry.timestamp').flatMap(([server, ends]) =>
      one(server, ends, 'Whoever runs the server has to renew it.'),
    ),
  ];
}

/** One clock against many says whose it is. */
function ofClocks({ dump }: WarningFacts): Warning[] {
  const all = gaugesOf(dump, 'sallyport.server.clock.ahead');
  const wrong = all.filter(([, ahead]) => Math.abs(ahead) >= THRESHOLDS.wrongClockSeconds);
  const [first, second] = wrong;
  if (first === undefined) return [];
  const how = (ahead: number): string => `${Math.abs(Math.round(ahead))} s ${ahead > 0 ? 'ahead' : 'behind'}`;
  const isOurs = second !== undefined && wrong.length * 2 > all.length;
  if (isOurs)
    return [
      warn('critical', 'clock_wrong', {
        about: 'this machine',
        text: `The clocks of ${wrong.length} of ${all.length} servers differ from ours by about the same: ${first[0]} is ${how(first[1])}. Ours is wrong.`,
        remedy: 'Set the clock of this machine, and have it kept by NTP: records, keys and certificates go by it.',
      }),
    ];
  return wrong.map(([server, ahead]) =>
    warn('warning', 'clock_wrong', {
      about: server,
      text: `Its clock is ${how(ahead)} of ours.`,
      remedy:
        all.length === 1
          ? 'Compare both with a third: one of them is wrong.'
          : 'Other servers agree with ours: whoever runs it has to set it.',
    }),
  );
}

function ofLoad({ dump, flow }: WarningFacts): Warning[] {
  const delay = Math.max(0, ...gaugesOf(dump, 'sallyport.process.loop.delay').map(([, seconds]) => seconds));
  return [
    ...(flow.shed === 0
      ? []
      : [
          warn('warning', 'overloaded', {
            text: `${flow.shed} requests were turned away in the last five minutes, because there was too much to do.`,
            remedy: "'sallyport top' and the capacity of the node say what gives out first.",
          }),
        ]),
    ...(delay < SLOW_LOOP_SECONDS
      ? []
      : [
          warn('warning', 'loop_slow', {
            text: `A process was held up for ${Math.round(delay * 1_000)} ms within the last second.`,
            remedy: 'The machine has too little processor time for what runs on it.',
          }),
        ]),
  ];
}

/** What is said elsewhere in sentences, and was not said above in figures. */
function ofOthers({ status, diskFaults, anchorFaults }: WarningFacts): Warning[] {
  const told = new Set(diskFaults);
  const isOfWorkers = (text: string): boolean => text.startsWith('Only ') || text.includes('cannot write the audit log');
  return (status.faults ?? [])
    .filter((text) => !told.has(text) && !isOfWorkers(text))
    .map((text) => warn('warning', anchorFaults.includes(text) ? 'anchor_late' : 'other', { text }));
}
