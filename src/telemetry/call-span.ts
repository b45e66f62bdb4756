// What a worker tells control of a call that is traced: names, ids, codes and times of the call as its agent saw it, and of the request to its server.
// Never a value, never a person. Control must not trust it: a worker reads the network and may be taken over, so it is parsed like any stranger's message.

/** A traced call: its span as a server, and as a client where it went on to one. */
export interface CallSpan {
  readonly traceId: string;
  /** Of the span that it belongs under; empty: it begins the trace. */
  readonly parentId: string;
  /** Of its span as a server; empty for one server's share of a question to several, which has only the other. */
  readonly spanId: string;
  /** Of its span as a client; empty where it went to no server. */
  readonly clientId: string;
  /** Another trace that says of itself to have caused it; empty: none. */
  readonly linkTraceId: string;
  readonly linkSpanId: string;
  /** In microseconds since 1970. */
  readonly startUs: number;
  readonly durationUs: number;
  /** When it went to its server, after `startUs`, and what that took. */
  readonly sentUs: number;
  readonly serverUs: number;
  readonly method: string;
  readonly revision: string;
  readonly server: string;
  readonly listener: string;
  /** Of what is approved; empty otherwise, since agents choose what they ask for. */
  readonly tool: string;
  readonly prompt: string;
  /** How it ended; empty: well. */
  readonly error: string;
  /** The row of the error table with which the gateway ended it; empty: none. */
  readonly code: string;
  /** Finds its record. */
  readonly call: string;
  /** Its JSON-RPC id, where that is an integer: a text may be anything. */
  readonly requestId: number | undefined;
}

const TRACE_ID = /^[0-9a-f]{32}$/;
const SPAN_ID = /^[0-9a-f]{16}$/;
const MAX_WORD_CHARS = 200;
const WORDS = ['method', 'revision', 'server', 'listener', 'tool', 'prompt', 'error', 'code', 'call'] as const;
const TIMES = ['startUs', 'durationUs', 'sentUs', 'serverUs'] as const;

/** Spans that came from another process; one that does not fit is left out. */
export function parseCallSpans(input: unknown): readonly CallSpan[] {
  if (!Array.isArray(input)) return [];
  const given: readonly unknown[] = input;
  return given.flatMap((one) => (isObject(one) && isCallSpan(one) ? [one] : []));
}

function isCallSpan(one: Readonly<Record<string, unknown>>): one is Readonly<Record<string, unknown>> & CallSpan {
  const isId = (name: string, form: RegExp, mayBeEmpty: boolean): boolean => {
    const id = one[name];
    return typeof id === 'string' && ((mayBeEmpty && id === '') || form.test(id));
  };
  return (
    isId('traceId', TRACE_ID, false) &&
    ['parentId', 'spanId', 'clientId', 'linkSpanId'].every((name) => isId(name, SPAN_ID, true)) &&
    isId('linkTraceId', TRACE_ID, true) &&
    WORDS.every((name) => isWord(one[name])) &&
    TIMES.every((name) => isTime(one[name])) &&
    (one['requestId'] === undefined || Number.isSafeInteger(one['requestId']))
  );
}

function isWord(value: unknown): boolean {
  return typeof value === 'string' && value.length <= MAX_WORD_CHARS;
}

function isTime(value: unknown): boolean {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** How many spans it is. */
export function spansIn({ spanId, clientId }: Pick<CallSpan, 'spanId' | 'clientId'>): number {
  return (spanId === '' ? 0 : 1) + (clientId === '' ? 0 : 1);
}
