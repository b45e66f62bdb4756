// Traced calls as OTLP in its JSON form (opentelemetry-proto, trace.proto), by the semantic conventions for MCP: a span of kind SERVER for what the agent
// asked of the gateway, below it one of kind CLIENT for what the gateway asked of the server.

import type { CallSpan } from './call-span.ts';
import { toAttributes } from './otlp-resource.ts';
import type { Attribute, AttributeValue, OtlpResource } from './otlp-resource.ts';
import { toPrintable } from './printable.ts';

/** How a server is reached. */
export interface ServerPlace {
  /** `pipe`: a program. */
  readonly transport: 'tcp' | 'pipe';
  readonly address?: string | undefined;
  readonly port?: number | undefined;
}

interface OtlpSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: 2 | 3;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: readonly Attribute[];
  readonly links?: readonly { readonly traceId: string; readonly spanId: string }[];
  readonly status?: { readonly code: 2 };
}

const KIND_SERVER = 2;
const KIND_CLIENT = 3;
const STATUS_ERROR = { code: 2 } as const;
const MAX_NAME_CHARS = 200;

/** The body of an export request. */
export function toOtlpTraces(
  calls: readonly CallSpan[],
  resource: OtlpResource,
  placeOf: (server: string) => ServerPlace | undefined,
): unknown {
  const spans = calls.flatMap((call) => [...serverSpan(call), ...clientSpan(call, placeOf(call.server))]);
  return { resourceSpans: [{ resource: { attributes: resource.attributes }, scopeSpans: [{ scope: resource.scope, spans }] }] };
}

function serverSpan(call: CallSpan): readonly OtlpSpan[] {
  if (call.spanId === '') return [];
  const { startUs, durationUs, linkTraceId, linkSpanId } = call;
  return [
    {
      ...headOf(call),
      spanId: call.spanId,
      ...(call.parentId === '' ? {} : { parentSpanId: call.parentId }),
      kind: KIND_SERVER,
      ...timesOf(startUs, durationUs),
      attributes: toAttributes({
        ...attributesOf(call),
        'network.transport': 'tcp',
        'network.protocol.name': 'http',
        'sallyport.listener': call.listener,
      }),
      ...(linkTraceId === '' ? {} : { links: [{ traceId: linkTraceId, spanId: linkSpanId }] }),
    },
  ];
}

function clientSpan(call: CallSpan, place: ServerPlace | undefined): readonly OtlpSpan[] {
  if (call.clientId === '') return [];
  const { startUs, sentUs, serverUs, spanId, parentId } = call;
  const parentSpanId = spanId === '' ? parentId : spanId;
  return [
    {
      ...headOf(call),
      spanId: call.clientId,
      ...(parentSpanId === '' ? {} : { parentSpanId }),
      kind: KIND_CLIENT,
      ...timesOf(startUs + sentUs, serverUs),
      attributes: toAttributes({
        ...attributesOf(call),
        'network.transport': place?.transport,
        'network.protocol.name': place?.transport === 'tcp' ? 'http' : undefined,
        'server.address': place?.address,
        'server.port': place?.port,
      }),
    },
  ];
}

/** Names are those of approved tools and of our own tables; they are made printable all the same, since a worker says them. */
function headOf({ traceId, method, tool, prompt, error }: CallSpan): Pick<OtlpSpan, 'traceId' | 'name' | 'status'> {
  const target = tool === '' ? prompt : tool;
  const name = toPrintable(target === '' ? method : `${method} ${target}`, MAX_NAME_CHARS);
  return { traceId, name, ...(error === '' ? {} : { status: STATUS_ERROR }) };
}

function timesOf(startUs: number, durationUs: number): Pick<OtlpSpan, 'startTimeUnixNano' | 'endTimeUnixNano'> {
  return { startTimeUnixNano: toNanos(startUs), endTimeUnixNano: toNanos(startUs + durationUs) };
}

/** A number of nanoseconds since 1970 does not fit into a double: OTLP has 64-bit integers as text. */
function toNanos(us: number): string {
  return `${us}000`;
}

function attributesOf(call: CallSpan): Readonly<Record<string, AttributeValue | undefined>> {
  return {
    'mcp.method.name': call.method,
    'mcp.protocol.version': call.revision,
    'gen_ai.tool.name': call.tool,
    'gen_ai.operation.name': call.method === 'tools/call' ? 'execute_tool' : undefined,
    'gen_ai.prompt.name': call.prompt,
    'jsonrpc.request.id': call.requestId === undefined ? undefined : String(call.requestId),
    'error.type': call.error,
    'sallyport.server': call.server,
    'sallyport.call.id': call.call,
    'sallyport.error.code': call.code,
  };
}
