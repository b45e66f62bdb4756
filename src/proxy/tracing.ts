// Which calls are traced, and what of them is told: their place in a trace, names, codes and times. What a call says, and who says it, is never in there: the
// id of the call leads to its record, where the rights to look are. A call that is not traced costs two look-ups.

import type { Sampling } from '../config/index.ts';
import { metaOf } from '../mcp/index.ts';
import type { JsonObject } from '../mcp/index.ts';
import { parseTraceparent } from '../telemetry/index.ts';
import type { CallSpan, TraceContext } from '../telemetry/index.ts';
import type { Arrival, Call, Inbound, OutcomeStatus } from './exchange.ts';
import { approvedTool } from './metrics.ts';
import { askedUsOf } from './times.ts';

/** The spans of a call under way. */
export interface CallTrace {
  readonly traceId: string;
  /** Empty: the trace begins with it. */
  readonly parentId: string;
  readonly spanId: string;
  readonly clientId: string;
  readonly link: TraceContext | undefined;
  /** One server's share of a question to several: it is no request of an agent. */
  readonly isShare: boolean;
}

/** Decides which calls are traced, and tells of those that are over. */
export interface Tracing {
  /** Undefined: it is not traced. */
  begin(arrival: Arrival, inbound: Inbound): CallTrace | undefined;
  end(call: Call, outcome: OutcomeStatus, nowUs: number): void;
}

export interface TracingOptions {
  readonly nowMs: () => number;
  /** From 0 up to 1. */
  readonly random: () => number;
  /** So many lowercase hexadecimal digits, of random bits. */
  readonly randomHex: (digits: number) => string;
  /** Whether there is an approved prompt of this name: others are the agent's own words. */
  readonly isPrompt: (server: string, name: string) => boolean;
  readonly tell: (span: CallSpan) => void;
  /** A call was not traced because so many are. */
  readonly onTooMany: () => void;
}

const TRACE_DIGITS = 32;
const SPAN_DIGITS = 16;
const US_PER_MS = 1_000;
const MS_PER_SECOND = 1_000;

/** Traces nothing. */
export const NO_TRACING: Tracing = Object.freeze({ begin: () => undefined, end: () => {} });

/** Tracing of one worker. */
export function createTracing({ nowMs, random, randomHex, isPrompt, tell, onTooMany }: TracingOptions): Tracing {
  let second = 0;
  let inSecond = 0;
  /** An agent may ask for each of its calls to be traced: what that costs is bounded here. */
  const hasRoom = ({ perSecond }: Sampling): boolean => {
    const now = Math.floor(nowMs() / MS_PER_SECOND);
    if (now !== second) [second, inSecond] = [now, 0];
    if (inSecond >= perSecond) {
      onTooMany();
      return false;
    }
    inSecond++;
    return true;
  };

  return {
    begin: (arrival, inbound) => {
      const { sampling } = arrival.snapshot;
      if (sampling === undefined) return undefined;
      if (arrival.trace !== undefined) return shareOf(arrival.trace, randomHex(SPAN_DIGITS));
      const params = paramsOf(inbound);
      if (params === undefined) return undefined;
      // An agent that is not followed has no part in it: not even the id of its trace is told, which may lead to whoever it acts for.
      const { parent, link } = sampling.followAgents ? placeOf(arrival, params) : NO_PLACE;
      const isWanted = parent?.isSampled ?? random() < sampling.ratio;
      if (!isWanted || !hasRoom(sampling)) return undefined;
      return {
        traceId: parent?.traceId ?? randomHex(TRACE_DIGITS),
        parentId: parent?.spanId ?? '',
        spanId: randomHex(SPAN_DIGITS),
        clientId: randomHex(SPAN_DIGITS),
        link,
        isShare: false,
      };
    },
    end: (call, outcome, nowUs) => {
      const { trace } = call;
      if (trace === undefined) return;
      const { subject } = call.question;
      const prompt = subject.kind === 'prompt' && isPrompt(call.server.name, subject.name) ? subject.name : '';
      tell(spanOf(call, trace, { outcome, prompt, nowUs, nowMs: nowMs() }));
    },
  };
}

/** Where a call is among its agent's own spans. */
interface PlaceInTrace {
  readonly parent: TraceContext | undefined;
  readonly link: TraceContext | undefined;
}

const NO_PLACE: PlaceInTrace = { parent: undefined, link: undefined };

/** SEP-414: what the message says goes before what carried it, which is only a link where the two differ. */
function placeOf(arrival: Arrival, params: JsonObject): PlaceInTrace {
  const said = metaOf(params)?.['traceparent'];
  const inMessage = typeof said === 'string' ? parseTraceparent(said) : undefined;
  const inHead = parseTraceparent(arrival.headers.get('traceparent'));
  if (inMessage === undefined) return { parent: inHead, link: undefined };
  return { parent: inMessage, link: isSame(inMessage, inHead) ? undefined : inHead };
}

function isSame(one: TraceContext, other: TraceContext | undefined): boolean {
  return one.traceId === other?.traceId && one.spanId === other.spanId;
}

/** One server's share of a traced question to several. */
function shareOf({ traceId, spanId }: CallTrace, clientId: string): CallTrace {
  return { traceId, parentId: spanId, spanId: '', clientId, link: undefined, isShare: true };
}

/** The parameters of a request; undefined for what is none: streams live for hours, and answers belong to other requests. */
function paramsOf(inbound: Inbound): JsonObject | undefined {
  const isMessage = inbound.kind === 'modern' || inbound.kind === 'legacy';
  if (!isMessage || inbound.message.kind !== 'request') return undefined;
  return inbound.message.params ?? {};
}

interface Ending {
  readonly outcome: OutcomeStatus;
  readonly prompt: string;
  readonly nowUs: number;
  readonly nowMs: number;
}

function spanOf(call: Call, trace: CallTrace, { outcome, prompt, nowUs, nowMs }: Ending): CallSpan {
  const { arrival, question, server, forwardedUs, inbound } = call;
  const { arrivedUs } = arrival;
  const message = inbound.kind === 'modern' || inbound.kind === 'legacy' ? inbound.message : undefined;
  const id = message?.kind === 'request' ? message.id : undefined;
  // Of several asked as one, each has a span of its own.
  const isForwarded = forwardedUs > 0 && call.members === undefined;
  return {
    traceId: trace.traceId,
    parentId: trace.parentId,
    spanId: trace.spanId,
    clientId: isForwarded ? trace.clientId : '',
    linkTraceId: trace.link?.traceId ?? '',
    linkSpanId: trace.link?.spanId ?? '',
    startUs: Math.round(nowMs * US_PER_MS - (nowUs - arrivedUs)),
    durationUs: Math.round(nowUs - arrivedUs),
    sentUs: isForwarded ? Math.round(forwardedUs - arrivedUs) : 0,
    serverUs: Math.round(askedUsOf(call, nowUs)),
    method: question.method,
    revision: question.revision ?? '',
    server: server.name,
    listener: arrival.peer.listener,
    tool: approvedTool(call),
    prompt,
    error: outcome === 'ok' ? '' : outcome,
    code: call.refusedWith ?? '',
    call: call.id,
    requestId: Number.isSafeInteger(id) ? Number(id) : undefined,
  };
}
