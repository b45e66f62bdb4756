// Every metric Sallyport has, as data: name, type, help, labels, bounds. Names follow the OpenTelemetry semantic conventions
// for MCP where these have one; ours begin with `sallyport.`. A metric or label that is not here cannot be recorded, and
// no metric may hold what people said: labels are names, codes and methods, never arguments, results or persons.

interface Common {
  readonly help: string;
  /** In order; the first `keeps` of them come from closed sets of our own and survive when the others overflow into `other`. */
  readonly labels: readonly string[];
  readonly keeps: number;
  /** Distinct label sets held at most, per worker and in the total (bounded cardinality). */
  readonly maxSeries: number;
}

interface CounterDefinition extends Common {
  readonly type: 'counter';
  readonly unit: 'bytes' | 'seconds' | undefined;
}

interface GaugeDefinition extends Common {
  readonly type: 'gauge';
  readonly unit: 'bytes' | 'seconds' | undefined;
  /** How the values of several workers become one. */
  readonly merge: 'sum' | 'max' | 'min';
}

interface HistogramDefinition extends Common {
  readonly type: 'histogram';
  readonly unit: 'seconds';
  /** Upper bounds, inclusive, rising; the last bucket, up to infinity, is implied. */
  readonly buckets: readonly number[];
}

/** What is known about a metric. */
export type MetricDefinition = CounterDefinition | GaugeDefinition | HistogramDefinition;

/** The convention's bounds: operations from 10 ms to 5 minutes. */
const OPERATION_SECONDS = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300] as const;
/** What the gateway itself costs lies below the convention's smallest bucket. */
const OVERHEAD_SECONDS = [0.00005, 0.0001, 0.0002, 0.0003, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1] as const;

/** What is done in the course of one request takes less again. */
const STAGE_SECONDS = [0.000005, 0.00001, 0.00002, 0.00005, 0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.05, 0.1, 0.5, 1] as const;

/** Servers answer within a millisecond, or within minutes. */
const WAIT_SECONDS = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300] as const;

const OPERATION_LABELS = ['mcp.method.name', 'error.type', 'mcp.protocol.version', 'sallyport.server', 'gen_ai.tool.name'] as const;

const SESSION_LABELS = ['mcp.protocol.version', 'sallyport.server'] as const;

/** Name → definition. Pinned by test/pins: dashboards and alerts stand on these names. */
export const METRICS = {
  'mcp.server.operation.duration': {
    type: 'histogram',
    unit: 'seconds',
    help: 'Duration of an MCP request as the agent sees it, from its last byte in to the last byte of its answer out.',
    labels: OPERATION_LABELS,
    keeps: 2,
    maxSeries: 2_000,
    buckets: OPERATION_SECONDS,
  },
  'mcp.client.operation.duration': {
    type: 'histogram',
    unit: 'seconds',
    help: 'Duration of an MCP request as the server in the back takes it, from sending it to the last byte of its answer.',
    labels: OPERATION_LABELS,
    keeps: 2,
    maxSeries: 2_000,
    buckets: OPERATION_SECONDS,
  },
  'mcp.server.session.duration': {
    type: 'histogram',
    unit: 'seconds',
    help: 'How long sessions of older protocol revisions lasted that agents had with the gateway, known once they are over; one that an agent never ends, and of which the gateway keeps nothing, is not.',
    labels: SESSION_LABELS,
    keeps: 1,
    maxSeries: 1_000,
    buckets: OPERATION_SECONDS,
  },
  'mcp.client.session.duration': {
    type: 'histogram',
    unit: 'seconds',
    help: 'How long sessions of older protocol revisions lasted that the gateway had with servers, known once they are over.',
    labels: SESSION_LABELS,
    keeps: 1,
    maxSeries: 1_000,
    buckets: OPERATION_SECONDS,
  },
  'sallyport.overhead.duration': {
    type: 'histogram',
    unit: 'seconds',
    help: 'What the gateway adds to a request: its whole duration less the time spent waiting for the server. Calls that waited for a person are left out.',
    labels: ['mcp.method.name', 'sallyport.server'],
    keeps: 1,
    maxSeries: 1_000,
    buckets: OVERHEAD_SECONDS,
  },
  'sallyport.stage.duration': {
    type: 'histogram',
    unit: 'seconds',
    help: 'What each part of the way through the gateway takes: receive (reading and placing a request), authenticate, decide, inspect, record (the log), forward (to the first byte sent to the server, without the wait until it can be used), answer (from its last byte to the last byte out).',
    labels: ['stage'],
    keeps: 1,
    maxSeries: 8,
    buckets: STAGE_SECONDS,
  },
  'sallyport.server.wait.duration': {
    type: 'histogram',
    unit: 'seconds',
    help: 'How long a request waited for its server. The same as mcp.client.operation.duration, with bounds that tell fast servers apart.',
    labels: ['sallyport.server'],
    keeps: 0,
    maxSeries: 1_000,
    buckets: WAIT_SECONDS,
  },
  'sallyport.traffic': {
    type: 'counter',
    unit: 'bytes',
    help: 'Bytes on connections of agents, from them (in) and to them (out).',
    labels: ['direction'],
    keeps: 1,
    maxSeries: 2,
  },
  'sallyport.calls': {
    type: 'counter',
    unit: undefined,
    help: 'Requests of authenticated agents by verdict of policy; given_up: the agent hung up before there was one.',
    labels: ['verdict', 'mcp.method.name', 'sallyport.server'],
    keeps: 2,
    maxSeries: 2_000,
  },
  'sallyport.subjects.questions': {
    type: 'counter',
    unit: undefined,
    help: 'What workers asked the keeper about whom records are about; unknown: it could not be said, and the call was refused.',
    labels: ['outcome'],
    keeps: 1,
    maxSeries: 4,
  },
  'sallyport.flow.questions': {
    type: 'counter',
    unit: undefined,
    help: 'What workers asked control about tasks (read), or told it (note), before calls that rules with `after` look at; unknown: it could not be said, and the call was refused.',
    labels: ['question', 'outcome'],
    keeps: 2,
    maxSeries: 8,
  },
  'sallyport.limit.calls': {
    type: 'counter',
    unit: undefined,
    help: 'Calls charged to a limit (admitted), or over it (refused).',
    labels: ['result', 'limit'],
    keeps: 1,
    maxSeries: 1_000,
  },
  'sallyport.limit.remaining': {
    type: 'gauge',
    unit: undefined,
    merge: 'max',
    help: 'Calls, places, bytes or units left in the emptiest bucket of a limit; negative: a debt.',
    labels: ['limit'],
    keeps: 0,
    maxSeries: 500,
  },
  'sallyport.inspection.findings': {
    type: 'counter',
    unit: undefined,
    help: 'What was found in messages, by class, by where these go (requests to servers, answers to agents), and by what was done about it.',
    labels: ['class', 'direction', 'action'],
    keeps: 3,
    maxSeries: 128,
  },
  'sallyport.inspection.unscanned': {
    type: 'counter',
    unit: undefined,
    help: 'Messages, or parts of them, that were not looked into, by why: over-budget, too-deep, unparsable, binary, encrypted, failed.',
    labels: ['reason'],
    keeps: 1,
    maxSeries: 10,
  },
  'sallyport.inspection.messages': {
    type: 'counter',
    unit: undefined,
    help: 'Messages that were looked into, in the loop of a worker or in the inspector process beside it, by how that ended: looked; crashed (a detector threw); hung, malformed, died (the inspector did); absent (there was none); refused (it could not make the engine); over-budget (too much was waiting); abandoned.',
    labels: ['where', 'end'],
    keeps: 2,
    maxSeries: 20,
  },
  'sallyport.inspection.looked': {
    type: 'counter',
    unit: 'bytes',
    help: 'Bytes that were looked into, in the loop of a worker or in the inspector process beside it.',
    labels: ['where'],
    keeps: 1,
    maxSeries: 4,
  },
  'sallyport.inspection.waiting': {
    type: 'gauge',
    unit: 'bytes',
    merge: 'sum',
    help: 'Bytes that wait to be looked into in inspector processes.',
    labels: [],
    keeps: 0,
    maxSeries: 1,
  },
  'sallyport.questions.refused': {
    type: 'counter',
    unit: undefined,
    help: 'What servers asked of agents, or of the people in front of them, and may not ask, by kind: the agent was not asked.',
    labels: ['kind', 'sallyport.server'],
    keeps: 1,
    maxSeries: 500,
  },
  'sallyport.refusals': {
    type: 'counter',
    unit: undefined,
    help: 'Requests refused, by the code of the error table; verdict: of those that policy judged before (allow, or deny where it did not let them pass).',
    labels: ['code', 'listener', 'verdict'],
    keeps: 1,
    maxSeries: 500,
  },
  'sallyport.overload.refusals': {
    type: 'counter',
    unit: undefined,
    help: 'Calls turned away unread because a worker had more to do than it could, by the priority of their agents.',
    labels: ['priority'],
    keeps: 1,
    maxSeries: 3,
  },
  'sallyport.calls.waiting': {
    type: 'gauge',
    unit: undefined,
    merge: 'sum',
    help: 'Calls that wait for their turn in a worker now, by the priority of their agents.',
    labels: ['priority'],
    keeps: 1,
    maxSeries: 3,
  },
  'sallyport.upstream.failures': {
    type: 'counter',
    unit: undefined,
    help: 'Exchanges with a server that failed, by the code of the error table.',
    labels: ['code', 'sallyport.server'],
    keeps: 1,
    maxSeries: 1_000,
  },
  'sallyport.connections': {
    type: 'gauge',
    unit: undefined,
    merge: 'sum',
    help: 'Connections of agents open now.',
    labels: ['listener'],
    keeps: 0,
    maxSeries: 50,
  },
  'sallyport.connections.accepted': {
    type: 'counter',
    unit: undefined,
    help: 'Connections of agents accepted.',
    labels: ['listener'],
    keeps: 0,
    maxSeries: 50,
  },
  'sallyport.upstream.connections': {
    type: 'gauge',
    unit: undefined,
    merge: 'sum',
    help: 'Connections to servers open now.',
    labels: ['sallyport.server'],
    keeps: 0,
    maxSeries: 1_000,
  },
  'sallyport.upstream.running': {
    type: 'gauge',
    unit: undefined,
    merge: 'sum',
    help: 'Calls that are under way with a server now.',
    labels: ['sallyport.server'],
    keeps: 0,
    maxSeries: 1_000,
  },
  'sallyport.sessions': {
    type: 'gauge',
    unit: undefined,
    merge: 'sum',
    help: 'Sessions of older protocol revisions that workers keep for agents now, with a process of their own or played by the gateway.',
    labels: ['sallyport.server'],
    keeps: 0,
    maxSeries: 1_000,
  },
  'sallyport.bridge.sessions': {
    type: 'gauge',
    unit: undefined,
    merge: 'sum',
    help: 'Sessions of older protocol revisions that the gateway has open with servers for agents of the newest, now.',
    labels: ['sallyport.server'],
    keeps: 0,
    maxSeries: 1_000,
  },
  'sallyport.bridge.rounds.parked': {
    type: 'gauge',
    unit: undefined,
    merge: 'sum',
    help: 'Calls that wait for an answer of their agent to a question of the server, now.',
    labels: ['sallyport.server'],
    keeps: 0,
    maxSeries: 1_000,
  },
  'sallyport.bridge.events': {
    type: 'counter',
    unit: undefined,
    help: 'What has happened to rounds and sessions of the bridges: round_parked, round_resumed, round_expired, state_refused, session_reopened.',
    labels: ['event', 'sallyport.server'],
    keeps: 1,
    maxSeries: 2_000,
  },
  'sallyport.stdio.processes': {
    type: 'gauge',
    unit: undefined,
    merge: 'sum',
    help: 'Programs of stdio servers that run now.',
    labels: ['sallyport.server'],
    keeps: 0,
    maxSeries: 1_000,
  },
  'sallyport.requests.running': {
    type: 'gauge',
    unit: undefined,
    merge: 'sum',
    help: 'Requests of agents being answered now.',
    labels: [],
    keeps: 0,
    maxSeries: 1,
  },
  'sallyport.audit.records': {
    type: 'counter',
    unit: undefined,
    help: 'Records made durable in the audit log.',
    labels: [],
    keeps: 0,
    maxSeries: 1,
  },
  'sallyport.audit.written': {
    type: 'counter',
    unit: 'bytes',
    help: 'Bytes made durable in the audit log.',
    labels: [],
    keeps: 0,
    maxSeries: 1,
  },
  'sallyport.audit.refused': {
    type: 'counter',
    unit: undefined,
    help: 'Records the audit log could not take; the calls behind them were denied.',
    labels: ['reason'],
    keeps: 1,
    maxSeries: 10,
  },
  'sallyport.audit.commit.duration': {
    type: 'histogram',
    unit: 'seconds',
    help: 'Duration of one durable write of the audit log.',
    labels: [],
    keeps: 0,
    maxSeries: 1,
    buckets: OVERHEAD_SECONDS,
  },
  'sallyport.audit.queued': {
    type: 'gauge',
    unit: 'bytes',
    merge: 'sum',
    help: 'Bytes waiting to become durable in the audit log.',
    labels: [],
    keeps: 0,
    maxSeries: 1,
  },
  'sallyport.audit.faulted': {
    type: 'gauge',
    unit: undefined,
    merge: 'sum',
    help: 'Audit logs that cannot be written now.',
    labels: [],
    keeps: 0,
    maxSeries: 1,
  },
  'sallyport.vault.sealed': {
    type: 'counter',
    unit: undefined,
    help: 'Envelopes sealed for the vault, by which way what is in them went.',
    labels: ['part'],
    keeps: 1,
    maxSeries: 2,
  },
  'sallyport.vault.refused': {
    type: 'counter',
    unit: undefined,
    help: 'Envelopes that the vault could not take, or could not write before the process ended.',
    labels: ['reason'],
    keeps: 1,
    maxSeries: 10,
  },
  'sallyport.vault.held': {
    type: 'gauge',
    unit: 'bytes',
    merge: 'sum',
    help: 'Bytes that wait to be written into the vault, or are gathered for it.',
    labels: [],
    keeps: 0,
    maxSeries: 1,
  },
  'sallyport.vault.faulted': {
    type: 'gauge',
    unit: undefined,
    merge: 'sum',
    help: 'Workers that cannot write into the vault now; calls that rules want sealed are denied there.',
    labels: [],
    keeps: 0,
    maxSeries: 1,
  },
  'sallyport.audit.checkpoints': {
    type: 'counter',
    unit: undefined,
    help: 'Checkpoints of audit logs: signed; late (the keeper did not answer, and is asked again); disputed (the log is not the one that was signed before).',
    labels: ['result'],
    keeps: 1,
    maxSeries: 4,
  },
  'sallyport.audit.anchored': {
    type: 'counter',
    unit: undefined,
    help: 'Checkpoints that an anchor took (taken), and tries that came to nothing (failed).',
    labels: ['result', 'anchor'],
    keeps: 1,
    maxSeries: 200,
  },
  'sallyport.disk.free': {
    type: 'gauge',
    unit: 'bytes',
    merge: 'max',
    help: 'Room that the disk of the data folder has left.',
    labels: [],
    keeps: 0,
    maxSeries: 1,
  },
  'sallyport.audit.anchor.late': {
    type: 'gauge',
    unit: 'seconds',
    merge: 'max',
    help: 'How long an anchor has not taken checkpoints that there are for it.',
    labels: ['anchor'],
    keeps: 0,
    maxSeries: 100,
  },
  'sallyport.process.memory': {
    type: 'gauge',
    unit: 'bytes',
    merge: 'sum',
    help: 'Resident memory of the process.',
    labels: ['process'],
    keeps: 0,
    maxSeries: 50,
  },
  'sallyport.process.cpu': {
    type: 'counter',
    unit: 'seconds',
    help: 'Processor time used by the process.',
    labels: ['process'],
    keeps: 0,
    maxSeries: 50,
  },
  'sallyport.process.loop.delay': {
    type: 'gauge',
    unit: 'seconds',
    merge: 'max',
    help: 'Longest delay of the event loop since the last report.',
    labels: ['process'],
    keeps: 0,
    maxSeries: 50,
  },
  'sallyport.process.loop.active': {
    type: 'counter',
    unit: 'seconds',
    help: 'Time in which the event loop of the process had something to do.',
    labels: ['process'],
    keeps: 0,
    maxSeries: 50,
  },
  'sallyport.process.restarts': {
    type: 'counter',
    unit: undefined,
    help: 'Processes replaced after they ended unasked.',
    labels: ['process'],
    keeps: 0,
    maxSeries: 50,
  },
  'sallyport.snapshot.revision': {
    type: 'gauge',
    unit: undefined,
    merge: 'max',
    help: 'Revision of the snapshot in force.',
    labels: [],
    keeps: 0,
    maxSeries: 1,
  },
  'sallyport.approvals.pending': {
    type: 'gauge',
    unit: undefined,
    merge: 'sum',
    help: 'Calls that wait for a person to approve them.',
    labels: [],
    keeps: 0,
    maxSeries: 1,
  },
  'sallyport.approvals': {
    type: 'counter',
    unit: undefined,
    help: 'What happened to questions to people: asked, joined, approved, rejected, used, or refused because there were too many.',
    labels: ['event'],
    keeps: 1,
    maxSeries: 10,
  },
  'sallyport.approvals.wait': {
    type: 'histogram',
    unit: 'seconds',
    help: 'How long calls waited for a person, by how that ended for the agent.',
    labels: ['outcome'],
    keeps: 1,
    maxSeries: 10,
    buckets: OPERATION_SECONDS,
  },
  'sallyport.lockdown.locks': {
    type: 'gauge',
    unit: undefined,
    merge: 'max',
    help: 'Locks in force; at least 1 while nobody can say what is locked.',
    labels: [],
    keeps: 0,
    maxSeries: 1,
  },
  'sallyport.lockdown.cuts': {
    type: 'counter',
    unit: undefined,
    help: 'Calls and streams that were cut by a lockdown.',
    labels: [],
    keeps: 0,
    maxSeries: 1,
  },
  'sallyport.config.reloads': {
    type: 'counter',
    unit: undefined,
    help: 'Attempts to load the config, by result.',
    labels: ['result'],
    keeps: 1,
    maxSeries: 10,
  },
  'sallyport.server.up': {
    type: 'gauge',
    unit: undefined,
    // One worker that cannot connect is a server that is away for a part of the calls.
    merge: 'min',
    help: '1 while every worker that wants to can reach the server, 0 from the first connection that cannot be made until one can.',
    labels: ['sallyport.server'],
    keeps: 0,
    maxSeries: 1_000,
  },
  'sallyport.server.fault': {
    type: 'gauge',
    unit: undefined,
    merge: 'max',
    help: '1 for why a server cannot be used now: name (not resolved), address (refused here), connection (nothing listens, or no way there), timeout, certificate, tls, proxy, answer (it answers what is no MCP), program (it does not start, or ends).',
    labels: ['kind', 'sallyport.server'],
    keeps: 1,
    maxSeries: 2_000,
  },
  'sallyport.server.clock.ahead': {
    type: 'gauge',
    unit: 'seconds',
    merge: 'max',
    help: 'How far the clock of a server is ahead of the clock here, by the Date of its answers; negative where it is behind. To the second.',
    labels: ['sallyport.server'],
    keeps: 0,
    maxSeries: 1_000,
  },
  'sallyport.server.certificate.expiry.timestamp': {
    type: 'gauge',
    unit: 'seconds',
    merge: 'min',
    help: 'When the certificate ends that a server showed last, in seconds since 1970.',
    labels: ['sallyport.server'],
    keeps: 0,
    maxSeries: 1_000,
  },
  'sallyport.certificate.expiry.timestamp': {
    type: 'gauge',
    unit: 'seconds',
    merge: 'min',
    help: 'When the certificate of a listener ends, in seconds since 1970; @console is the one that browsers are shown.',
    labels: ['listener'],
    keeps: 0,
    maxSeries: 50,
  },
  'sallyport.config.faults': {
    type: 'gauge',
    unit: undefined,
    merge: 'max',
    help: 'What is wrong with the config on disk or with what it stands on; while it is refused, the last good one stays in force.',
    labels: [],
    keeps: 0,
    maxSeries: 1,
  },
  'sallyport.telemetry.spans': {
    type: 'counter',
    unit: undefined,
    help: 'Spans of traced calls: sent (a collector took them), refused (it did not want them), dropped (there was no room for them, or it did not answer in time).',
    labels: ['result'],
    keeps: 1,
    maxSeries: 4,
  },
  'sallyport.telemetry.exports': {
    type: 'counter',
    unit: undefined,
    help: 'Requests to the collector, by signal (traces, metrics) and by how they ended: sent, refused, failed.',
    labels: ['signal', 'result'],
    keeps: 2,
    maxSeries: 8,
  },
} as const satisfies Readonly<Record<string, MetricDefinition>>;

/** A metric's name. */
export type MetricName = keyof typeof METRICS;

type OfType<Type extends MetricDefinition['type']> = {
  [Name in MetricName]: (typeof METRICS)[Name]['type'] extends Type ? Name : never;
}[MetricName];

export type CounterName = OfType<'counter'>;
export type GaugeName = OfType<'gauge'>;
export type HistogramName = OfType<'histogram'>;

/** Values for the labels of a metric; one left out is the empty string, which the exposition omits. */
export type LabelsOf<Name extends MetricName> = { readonly [Label in (typeof METRICS)[Name]['labels'][number]]?: string };

/** True for the name of a metric of this table; a dump from a worker of another version may hold others. */
export function isMetricName(name: string): name is MetricName {
  return Object.hasOwn(METRICS, name);
}

/** The definition behind a name, as the general type. */
export function definitionOf(name: MetricName): MetricDefinition {
  return METRICS[name];
}

/** Numbers per label set: one, or for a histogram its buckets, the one up to infinity, and the sum. */
export function widthOf(definition: MetricDefinition): number {
  return definition.type === 'histogram' ? definition.buckets.length + 2 : 1;
}
