// What the road counts, with every label set resolved once: recording is an array slot.

import type { Counter, Histogram, Metrics } from '../telemetry/index.ts';
import type { ActionOf, Direction, Found } from '../inspection/index.ts';
import type { Call, OutcomeStatus } from './exchange.ts';

/** Records for the road. */
export interface RoadMetrics {
  verdict(call: Call, kind: 'allow' | 'ask' | 'deny'): void;
  /** A call is over. `overheadUs`: its whole time less the wait for the server. */
  outcome(call: Call, outcome: OutcomeStatus, durations: { readonly totalUs: number; readonly serverUs: number }): void;
  refused(code: string, listener: string): void;
  /** A call was charged to a limit, or was over it. */
  limit(limit: string, result: 'admitted' | 'refused'): void;
  /** Something was found in a message, and something is done about it. */
  findings(direction: Direction, found: readonly Found[], actionOf: ActionOf): void;
}

interface Series {
  readonly server: Histogram;
  readonly client: Histogram;
  readonly overhead: Histogram;
}

const NOTHING: readonly string[] = [];
const US_PER_SECOND = 1_000_000;
const MAX_HANDLES = 4_096;

/** Names of what nobody has approved are agents' own, and may be anything. */
function toolOf({ question: { subject }, arrival: { snapshot }, server }: Call): string {
  if (subject.kind !== 'tool') return '';
  return snapshot.toolFacts(server.name, subject.name).fingerprint === undefined ? '' : subject.name;
}

/** Metrics of the road on a process's registry. */
export function createRoadMetrics(metrics: Metrics): RoadMetrics {
  const durations = new Map<string, Series>();
  const verdicts = new Map<string, Counter>();
  const limits = new Map<string, Counter>();

  const seriesOf = (call: Call, outcome: OutcomeStatus): Series => {
    const { question, server } = call;
    const tool = toolOf(call);
    const key = `${question.method}\u0000${outcome}\u0000${question.revision ?? question.era}\u0000${server.name}\u0000${tool}`;
    const known = durations.get(key);
    if (known !== undefined) return known;
    const labels = {
      'mcp.method.name': question.method,
      'error.type': outcome === 'ok' ? '' : outcome,
      'mcp.protocol.version': question.revision ?? question.era,
      'sallyport.server': server.name,
      'gen_ai.tool.name': tool,
    };
    const made: Series = {
      server: metrics.histogram('mcp.server.operation.duration', labels),
      client: metrics.histogram('mcp.client.operation.duration', labels),
      overhead: metrics.histogram('sallyport.overhead.duration', { 'mcp.method.name': question.method, 'sallyport.server': server.name }),
    };
    if (durations.size >= MAX_HANDLES) durations.clear(); // Tool names come from agents: the map of handles is bounded like the series are.
    durations.set(key, made);
    return made;
  };

  return {
    verdict: (call, kind) => {
      const { question, server } = call;
      const key = `${kind}\u0000${question.method}\u0000${server.name}`;
      let counter = verdicts.get(key);
      if (counter === undefined) {
        counter = metrics.counter('sallyport.calls', {
          verdict: kind,
          'mcp.method.name': question.method,
          'sallyport.server': server.name,
        });
        verdicts.set(key, counter);
      }
      counter.add();
    },
    outcome: (call, outcome, { totalUs, serverUs }) => {
      const series = seriesOf(call, outcome);
      series.server.observe(totalUs / US_PER_SECOND);
      if (serverUs > 0) series.client.observe(serverUs / US_PER_SECOND);
      series.overhead.observe((totalUs - serverUs) / US_PER_SECOND);
      for (const kind of call.refusedQuestions ?? NOTHING)
        metrics.counter('sallyport.questions.refused', { kind, 'sallyport.server': call.server.name }).add();
    },
    refused: (code, listener) => metrics.counter('sallyport.refusals', { code, listener }).add(),
    findings: (direction, found, actionOf) => {
      for (const one of found) {
        const { action } = actionOf(one);
        metrics.counter('sallyport.inspection.findings', { class: one.class, direction, action }).add();
        if (one.class === 'unscanned') metrics.counter('sallyport.inspection.unscanned', { reason: one.type }).add();
      }
    },
    limit: (limit, result) => {
      const key = `${result}\u0000${limit}`;
      let counter = limits.get(key);
      if (counter === undefined) limits.set(key, (counter = metrics.counter('sallyport.limit.calls', { result, limit })));
      counter.add();
    },
  };
}
