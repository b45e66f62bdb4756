// One request on an accepted connection and its answer. It formats; the connection behind it decides what is sent and when it
// closes. A handler that answers twice, or half, cuts the connection: no client may take a part for the whole, or one
// answer for two.

import { formatResponseHead, isBodilessStatus } from './response-head.ts';
import type { BodySink, OutHeaders, Peer, RequestHead, ServerRequest } from './types.ts';

/** What an exchange needs of its connection. */
export interface AnswerRoad {
  /** Whether the connection ends with this answer. Asked once, when the answer's head is made. */
  closesAfterAnswer(): boolean;
  /** The value of Date. */
  readonly date: string;
  write(bytes: Uint8Array, more?: Uint8Array, tail?: Uint8Array): boolean;
  /** Writes bytes that nobody else has. */
  pass(front: Uint8Array, bytes: Uint8Array, back: Uint8Array): boolean;
  /** Reads the body, which nobody has read yet, into a sink. */
  streamBody(maxBytes: number, sink: BodySink): void;
  resumeBody(): void;
  /** The last byte of the answer has been written. */
  answerEnded(): void;
  cut(): void;
}

// Above this, copying the body behind its head costs more than a second vector in the same system call.
const MAX_JOINED_BYTES = 64 * 1024;
const NO_BYTES = Buffer.alloc(0);
const LAST_CHUNK = '0\r\n\r\n';
const CHUNK_END = Buffer.from('\r\n');

type Stage = 'waiting' | 'begun' | 'streaming' | 'over';

// A class for the state of one request: its shape is what keeps the hot path free of closures.
export class ServerExchange<Context> implements ServerRequest<Context> {
  readonly head: RequestHead;
  readonly peer: Peer;
  context: Context | undefined = undefined;
  onDrain: (() => void) | undefined = undefined;
  onHangup: (() => void) | undefined = undefined;
  readonly #road: AnswerRoad;
  #stage: Stage = 'waiting';
  /** The head of a begun answer, kept back for a moment so that it can travel with the first chunk. */
  #heldHead = '';
  #chunked = false;

  constructor(head: RequestHead, peer: Peer, road: AnswerRoad) {
    this.head = head;
    this.peer = peer;
    this.#road = road;
  }

  get done(): boolean {
    return this.#stage === 'over';
  }

  /** Whether any part of an answer has been given. */
  get answered(): boolean {
    return this.#stage !== 'waiting';
  }

  respond(status: number, headers: OutHeaders, body: Uint8Array = NO_BYTES): void {
    if (!this.#isFirstAnswer()) return;
    const bodiless = isBodilessStatus(status);
    const head = formatResponseHead(status, headers, {
      body: bodiless ? undefined : body.length,
      close: this.#road.closesAfterAnswer(),
      date: this.#road.date,
    });
    this.#stage = 'over';
    // A HEAD request learns the length and gets no body (RFC 9110 §9.3.2): a byte more would begin the next answer.
    if (bodiless || this.head.method === 'HEAD') this.#road.write(join(head, NO_BYTES, ''));
    else if (body.length <= MAX_JOINED_BYTES) this.#road.write(join(head, body, ''));
    else this.#road.write(Buffer.from(head, 'latin1'), body);
    this.#road.answerEnded();
  }

  start(status: number, headers: OutHeaders): void {
    if (!this.#isFirstAnswer()) return;
    const bodiless = isBodilessStatus(status);
    this.#heldHead = formatResponseHead(status, headers, {
      body: bodiless ? undefined : 'chunked',
      close: this.#road.closesAfterAnswer(),
      date: this.#road.date,
    });
    this.#chunked = !bodiless && this.head.method !== 'HEAD';
    this.#stage = 'begun';
    process.nextTick(sendHeldHead, this);
  }

  write(bytes: Uint8Array): boolean {
    const front = this.#beginChunk(bytes);
    return front === undefined || this.#road.write(join(front, bytes, '\r\n'));
  }

  pass(bytes: Uint8Array): boolean {
    const front = this.#beginChunk(bytes);
    return front === undefined || this.#road.pass(Buffer.from(front, 'latin1'), bytes, CHUNK_END);
  }

  streamBody(maxBytes: number, sink: BodySink): void {
    if (this.#stage !== 'over') this.#road.streamBody(maxBytes, sink);
  }

  resumeBody(): void {
    if (this.#stage !== 'over') this.#road.resumeBody();
  }

  end(last: Uint8Array = NO_BYTES): void {
    if (this.#stage === 'over') return;
    if (this.#stage === 'waiting') {
      this.abort();
      return;
    }
    this.#stage = 'over';
    const head = this.#heldHead;
    if (!this.#chunked) {
      if (head !== '') this.#road.write(join(head, NO_BYTES, ''));
    } else if (last.length > 0) {
      this.#road.write(join(`${head}${last.length.toString(16)}\r\n`, last, `\r\n${LAST_CHUNK}`));
    } else {
      this.#road.write(join(head, NO_BYTES, LAST_CHUNK));
    }
    this.#road.answerEnded();
  }

  abort(): void {
    if (this.#stage === 'over') return;
    this.#stage = 'over';
    this.#road.cut();
  }

  /** Sends the head of a begun answer that has no chunk yet, so that the client need not wait for one. */
  sendHeldHead(): void {
    if (this.#stage !== 'begun' || this.#heldHead === '') return;
    const head = this.#heldHead;
    this.#heldHead = '';
    this.#road.write(join(head, NO_BYTES, ''));
  }

  /** Ends the exchange from the connection's side; true if the handler must be told. */
  giveUp(): boolean {
    if (this.#stage === 'over') return false;
    this.#stage = 'over';
    return true;
  }

  /** What goes out in front of a chunk; undefined where none can be sent. */
  #beginChunk(bytes: Uint8Array): string | undefined {
    if (this.#stage === 'over') return undefined;
    if (this.#stage === 'waiting') {
      this.abort();
      return undefined;
    }
    // An empty chunk would be the last one.
    if (!this.#chunked || bytes.length === 0) return undefined;
    const front = `${this.#heldHead}${bytes.length.toString(16)}\r\n`;
    this.#heldHead = '';
    this.#stage = 'streaming';
    return front;
  }

  #isFirstAnswer(): boolean {
    if (this.#stage === 'waiting') return true;
    this.abort();
    return false;
  }
}

function sendHeldHead<Context>(exchange: ServerExchange<Context>): void {
  exchange.sendHeldHead();
}

/** One buffer for one write: text, bytes, text. */
function join(front: string, bytes: Uint8Array, back: string): Buffer {
  const joined = Buffer.allocUnsafe(front.length + bytes.length + back.length);
  joined.write(front, 0, 'latin1');
  joined.set(bytes, front.length);
  if (back !== '') joined.write(back, front.length + bytes.length, 'latin1');
  return joined;
}
