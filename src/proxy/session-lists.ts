// A list of a session that is relayed as it is, read in the session itself, in the agent's name: the request goes the agent's own road, judged and
// on record like one of its own, and what comes back passes the catalogue like any list. Only its reply goes nowhere but here.

import { METHODS, parseJson, writeRequest } from '../mcp/index.ts';
import type { JsonObject, JsonValue } from '../mcp/index.ts';
import type { ListKind } from './bridge/index.ts';
import type { Arrival, Ports, Reply } from './exchange.ts';
import { LIST_METHODS } from './member-lists.ts';
import type { ReadingOptions } from './member-lists.ts';
import { carry } from './pipeline.ts';
import type { Refused } from './rescue.ts';

/** A list that is being read. */
export interface SessionReading {
  giveUp(): void;
}

const METHOD_UNKNOWN = -32_601;

/** Reads all pages of a list in the session that an arrival belongs to. `done` is called once: with why that failed, or with nothing. */
export function readListInSession(
  arrival: Arrival,
  kind: ListKind,
  { cursor: first, maxPages, take }: ReadingOptions,
  ports: Ports,
  done: (fault: Refused | undefined) => void,
): SessionReading {
  const method = LIST_METHODS[kind];
  let pages = 0;
  let over = false;
  let current: Reply | undefined;

  const finish = (fault: Refused | undefined): void => {
    if (over) return;
    over = true;
    done(fault);
  };
  const ask = (cursor: string | undefined): void => {
    // Of this session's requests none of the agent's own has an id like this.
    const { document } = writeRequest(`sallyport-${ports.newId()}`, method, cursor === undefined ? {} : { cursor });
    const reply = createSink(hear);
    current = reply;
    carry({ ...arrival, body: document.bytes, reply, relayed: true, arrivedUs: ports.nowUs() }, ports);
  };
  const hear = (bytes: Uint8Array | undefined): void => {
    if (over) return;
    const parsed = bytes === undefined ? undefined : parseJson(bytes, { repairSurrogates: true });
    const message = parsed?.ok === true ? parsed.value.value : undefined;
    const { result, error } = isObject(message) ? message : {};
    if (isObject(error)) return finish(error['code'] === METHOD_UNKNOWN ? undefined : { code: 'upstream_malformed', say: sayOf(error) });
    if (!isObject(result) || bytes === undefined || !Array.isArray(result[METHODS.get(method)?.list?.member ?? '']))
      return finish({ code: 'upstream_malformed' });
    const { nextCursor } = result;
    if (typeof nextCursor !== 'string') return finish(undefined);
    pages++;
    // One that never ends is not read for ever: what is behind that is not known.
    if (pages >= maxPages || !take(bytes.length)) return finish({ code: 'upstream_too_large' });
    ask(nextCursor);
  };
  ask(first);
  return {
    giveUp: () => {
      over = true;
      current?.onHangup?.();
    },
  };
}

/** Where an answer goes that is for nobody else: `heard` gets the last message of it, or nothing if there is none. */
function createSink(heard: (bytes: Uint8Array | undefined) => void): Reply {
  let last: Uint8Array | undefined;
  let done = false;
  const finish = (): void => {
    if (done) return;
    done = true;
    heard(last);
  };
  return {
    get done() {
      return done;
    },
    respond: (_status, _headers, body) => {
      last = body;
      finish();
    },
    start: () => {},
    write: () => true, // Everything comes as events.
    event: ({ data }) => {
      if (data !== undefined && data.length > 0) last = data;
      return true;
    },
    end: finish,
    abort: () => {
      last = undefined;
      finish();
    },
    onDrain: undefined,
    onHangup: undefined,
  };
}

/** What the gateway says itself, or the server: it is for the agent that asked. */
function sayOf(error: JsonObject): string | undefined {
  const { message } = error;
  return typeof message === 'string' ? message : undefined;
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
