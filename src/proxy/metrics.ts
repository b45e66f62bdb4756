// What the road counts, with every label set resolved once: recording is an array slot.

import type { AgentPriority } from '../agents/index.ts';
import type { ErrorCode } from '../base/index.ts';
import type { Counter, Histogram, Metrics } from '../telemetry/index.ts';
import type { ActionOf, Direction, Found } from '../inspection/index.ts';
import type { Call, OutcomeStatus } from './exchange.ts';
import { forEachStage } from './times.ts';
import type { Stage } from './times.ts';

/** What became of a request at the policy; `given_up`: its agent hung up before that was known, and nobody denied it. */
export type CountedVerdict = 'allow' | 'ask' | 'deny' | 'given_up';

/** Records for the road. */
export interface RoadMetrics {
  verdict(call: Call, kind: CountedVerdict): void;
  /** A call is over. `overheadUs`: its whole time less the wait for the server. */
  outcome(call: Call, outcome: OutcomeStatus, durations: CallDurations): void;
  /** A caller was recognised by the head of a request. */
  authenticated(us: number): void;
  /** A request was refused that nobody judged. */
  refused(code: string, listener: string): void;
  /** A call was turned away unread. */
  turnedAway(priority: AgentPriority): void;
  /** A call was charged to a limit, or was over it. */
  limit(limit: string, result: 'admitted' | 'refused'): void;
  /** Something was found in a message, and something is done about it. */
  findings(direction: Direction, found: readonly Found[], actionOf: ActionOf): void;
}

/** What a call took that is over at `nowUs`, and what of it its server did. */
export interface CallDurations {
  readonly totalUs: number;
  readonly serverUs: number;
  readonly nowUs: number;
}

interface Series {
  readonly server: Histogram;
  readonly client: Histogram;
  readonly overhead: Histogram;
  readonly wait: Histogram;
}

/** Of calls by one method that ended alike, of one tool of a server. */
interface Durations {
  readonly method: string;
  readonly outcome: OutcomeStatus;
  readonly version: string;
  readonly series: Series;
}

/** Verdicts on calls to one server by one method. */
type Verdicts = Partial<Record<CountedVerdict, Counter>>;

const NOTHING: readonly string[] = [];
const US_PER_SECOND = 1_000_000;
const MAX_HANDLES = 4_096;

/** The tool that a call is of. Names of what nobody has approved are agents' own, and may be anything: of those, nothing is told. */
export function approvedTool({ question: { subject }, arrival: { snapshot }, server }: Call): string {
  if (subject.kind !== 'tool') return '';
  return snapshot.toolFacts(server.name, subject.name).fingerprint === undefined ? '' : subject.name;
}

/** Whether a row of the error table is about what a server did, or did not do. */
function isOfServer(code: ErrorCode): boolean {
  return code.startsWith('upstream_') || code === 'outcome_unknown' || code === 'era_unshared';
}

/** Metrics of the road on a process's registry. */
export function createRoadMetrics(metrics: Metrics): RoadMetrics {
  // Looked up by one name after the other: a key made of all of them would be new text for each call.
  const durations = new Map<string, Map<string, Durations[]>>();
  const verdicts = new Map<string, Map<string, Verdicts>>();
  const limits = { admitted: new Map<string, Counter>(), refused: new Map<string, Counter>() };
  let durationHandles = 0;
  let verdictHandles = 0;
  const failures = new Map<string, Counter>();
  const stageOf = (stage: Stage | 'authenticate'): Histogram => metrics.histogram('sallyport.stage.duration', { stage });
  const stages: Readonly<Record<Stage, Histogram>> = {
    receive: stageOf('receive'),
    inspect: stageOf('inspect'),
    decide: stageOf('decide'),
    record: stageOf('record'),
    forward: stageOf('forward'),
    answer: stageOf('answer'),
  };
  const authenticating = stageOf('authenticate');
  const observeStage = (stage: Stage, us: number): void => stages[stage].observe(us / US_PER_SECOND);

  /** `verdict`: of a call that was judged before. */
  const countRefusal = (code: string, listener: string, verdict: 'allow' | 'deny' | ''): void =>
    metrics.counter('sallyport.refusals', { code, listener, verdict }).add();
  /** What went wrong between the gateway and a server. */
  const failed = (code: string, server: string): void => {
    const key = `${code}\u0000${server}`;
    let counter = failures.get(key);
    if (counter === undefined)
      failures.set(key, (counter = metrics.counter('sallyport.upstream.failures', { code, 'sallyport.server': server })));
    counter.add();
  };
  const makeVerdicts = (server: string, method: string): Verdicts => {
    // Methods come from agents: what is remembered is bounded like the series are.
    if (verdictHandles >= MAX_HANDLES) {
      verdicts.clear();
      verdictHandles = 0;
    }
    verdictHandles += 1;
    return getOrMake(getOrMake(verdicts, server, newMap<Verdicts>), method, (): Verdicts => ({}));
  };
  const makeSeries = (method: string, outcome: OutcomeStatus, version: string, server: string, tool: string): Series => {
    const labels = {
      'mcp.method.name': method,
      'error.type': outcome === 'ok' ? '' : outcome,
      'mcp.protocol.version': version,
      'sallyport.server': server,
      'gen_ai.tool.name': tool,
    };
    return {
      server: metrics.histogram('mcp.server.operation.duration', labels),
      client: metrics.histogram('mcp.client.operation.duration', labels),
      overhead: metrics.histogram('sallyport.overhead.duration', { 'mcp.method.name': method, 'sallyport.server': server }),
      wait: metrics.histogram('sallyport.server.wait.duration', { 'sallyport.server': server }),
    };
  };
  const seriesOf = (call: Call, outcome: OutcomeStatus): Series => {
    const { question, server } = call;
    const { method } = question;
    const version = question.revision ?? question.era;
    const tool = approvedTool(call);
    const known = durations.get(server.name)?.get(tool);
    if (known !== undefined)
      for (const one of known) if (one.outcome === outcome && one.method === method && one.version === version) return one.series;
    const series = makeSeries(method, outcome, version, server.name, tool);
    if (durationHandles >= MAX_HANDLES) {
      durations.clear();
      durationHandles = 0;
    }
    durationHandles += 1;
    const ofServer = getOrMake(durations, server.name, newMap<Durations[]>);
    getOrMake(ofServer, tool, (): Durations[] => []).push({ method, outcome, version, series });
    return series;
  };

  return {
    verdict: (call, kind) => {
      const { method } = call.question;
      const { name } = call.server;
      const known = verdicts.get(name)?.get(method) ?? makeVerdicts(name, method);
      known[kind] ??= metrics.counter('sallyport.calls', { verdict: kind, 'mcp.method.name': method, 'sallyport.server': name });
      known[kind].add();
    },
    authenticated: (us) => authenticating.observe(us / US_PER_SECOND),
    outcome: (call, outcome, { totalUs, serverUs, nowUs }) => {
      const series = seriesOf(call, outcome);
      series.server.observe(totalUs / US_PER_SECOND);
      // What was never sent is no question to a server, however long it waited for one.
      if (call.forwardedUs > 0) {
        series.client.observe(serverUs / US_PER_SECOND);
        series.wait.observe(serverUs / US_PER_SECOND);
      }
      for (const kind of call.refusedQuestions ?? NOTHING)
        metrics.counter('sallyport.questions.refused', { kind, 'sallyport.server': call.server.name }).add();
      // How long a person thinks it over is nothing that the gateway adds.
      if (call.wait === undefined) {
        series.overhead.observe((totalUs - serverUs) / US_PER_SECOND);
        forEachStage(call, nowUs, observeStage);
      }
      if (call.refusedWith === undefined) return;
      countRefusal(call.refusedWith, call.arrival.peer.listener, call.denied ? 'deny' : 'allow');
      if (isOfServer(call.refusedWith)) failed(call.refusedWith, call.server.name);
    },
    refused: (code, listener) => countRefusal(code, listener, ''),
    turnedAway: (priority) => metrics.counter('sallyport.overload.refusals', { priority }).add(),
    findings: (direction, found, actionOf) => {
      for (const one of found) {
        const { action } = actionOf(one);
        metrics.counter('sallyport.inspection.findings', { class: one.class, direction, action }).add();
        if (one.class === 'unscanned') metrics.counter('sallyport.inspection.unscanned', { reason: one.type }).add();
      }
    },
    limit: (limit, result) => getOrMake(limits[result], limit, () => metrics.counter('sallyport.limit.calls', { result, limit })).add(),
  };
}

function newMap<Value>(): Map<string, Value> {
  return new Map();
}

/** What a map has under a key; the first time, what `make` makes. */
function getOrMake<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  let value = map.get(key);
  if (value === undefined) map.set(key, (value = make()));
  return value;
}
