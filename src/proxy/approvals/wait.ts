// A call that waits for a person: at most so long, and so that nobody on the path gives it up. The answer may begin only once the question is durable
// on record; from then on it is an event stream with comments, and with progress where the agent wants some.

import { accepts } from '../accepts.ts';
import { encodeComment, encodeEvent } from '../../http/index.ts';
import { writeNotification } from '../../mcp/index.ts';
import type { JsonObject, JsonValue } from '../../mcp/index.ts';
import { STREAM_HEADERS } from '../answer.ts';
import { later } from '../bridge/later.ts';
import type { Call, Ports } from '../exchange.ts';
import { waitingWords } from './words.ts';

/** The wait of one call. */
export interface Wait {
  /** The event stream of the answer has begun. */
  readonly isStreaming: boolean;
  readonly beganMs: number;
  /** Begins, or goes on; `onOver` is called when nobody has answered in time, or the question may not be put on record. */
  begin(wanted: Waited, onOver: (why: 'late' | 'unrecorded') => void): void;
  /** No more is waited for; what was sent stays sent. */
  end(): void;
}

/** What is waited for. */
export interface Waited {
  readonly id: string;
  readonly expiresAtMs: number;
  /** Sequence number of the record of the question. */
  readonly seq: number;
}

/** Well below the patience of common proxies, which is 30 to 60 seconds, and of clients that count from the last progress. */
const PERIOD_MS = 5_000;
const MS_PER_SECOND = 1_000;

/** A wait that has not begun. */
export function createWait(call: Call, ports: Ports): Wait {
  const { arrival } = call;
  const { reply } = arrival;
  const beganMs = ports.nowMs();
  const untilMs = beganMs + arrival.snapshot.limits.approvalWaitMs;
  // A part of another answer, or one that goes over another connection, is kept alive with that.
  const mayStream = reply.event === undefined && accepts(arrival.headers.get('accept') ?? '', 'text/event-stream');
  const token = progressTokenOf(call);
  let isStreaming = false;
  let limit: NodeJS.Timeout | undefined;
  let pause: NodeJS.Timeout | undefined;
  let turn = 0;

  const write = (bytes: Uint8Array): void => {
    call.answerBytes += bytes.length;
    reply.write(bytes);
  };
  const sayAlive = (id: string): void => {
    if (!isStreaming) {
      isStreaming = true;
      reply.start(200, STREAM_HEADERS);
    }
    if (token === undefined) return write(encodeComment('waiting for a person'));
    // The server's own progress begins at 0 or above and must be more than ours (basic/utilities/progress): ours counts down to it.
    const progress = Math.min(0, (ports.nowMs() - untilMs) / MS_PER_SECOND) - 1;
    const said = writeNotification('notifications/progress', { progressToken: token, progress, message: waitingWords(id) });
    write(encodeEvent({ event: 'message', id: undefined, retry: undefined, data: said.document.bytes }));
  };
  const end = (): void => {
    turn++;
    clearTimeout(limit);
    clearTimeout(pause);
  };

  return {
    get isStreaming() {
      return isStreaming;
    },
    beganMs,
    begin: ({ id, expiresAtMs, seq }, onOver) => {
      end();
      const own = turn;
      const tick = (): void => {
        if (own !== turn || reply.done) return;
        sayAlive(id);
        pause = later(PERIOD_MS, tick);
      };
      limit = later(Math.max(0, Math.min(untilMs, expiresAtMs) - ports.nowMs()), () => {
        end();
        onOver('late');
      });
      ports.audit.whenDurable(seq, (fault) => {
        if (own !== turn) return;
        if (fault !== undefined) {
          end();
          onOver('unrecorded');
        } else if (mayStream) tick();
      });
    },
    end,
  };
}

function progressTokenOf({ inbound }: Call): string | number | undefined {
  if ((inbound.kind !== 'modern' && inbound.kind !== 'legacy') || inbound.message.kind !== 'request') return undefined;
  const meta = inbound.message.params?.['_meta'];
  const token = isObject(meta) ? meta['progressToken'] : undefined;
  return typeof token === 'string' || typeof token === 'number' ? token : undefined;
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
