// How two processes of one gateway talk: frames over a connected socket pair that the supervisor handed to both.
//
// Frame: u32 length of what follows (big endian) · u32 length of the head · head (UTF-8 JSON) · payload (bytes, may be empty).
// The head is { t: type, r?: request id, a?: answered id, ...fields }. A frame above `maxFrameBytes` or a head that is not JSON
// closes the channel: the other side is broken or hostile, and nothing it says afterwards can be trusted. For that reason none is ever sent:
// what strangers can make large must not cost two processes their link.
//
// Lines of stdio servers, `line {id}` and bytes, are most of what is said, so they are said with less: a head of four bytes is no JSON but the id of
// a line, and small lines of one turn of the event loop are written together. Everything keeps its order.

import type { Socket } from 'node:net';

/** Fields of a message; JSON values only. */
export type Fields = Readonly<Record<string, unknown>>;

/** One message as received. */
export interface Frame {
  readonly type: string;
  readonly fields: Fields;
  readonly payload: Uint8Array;
  /** Answers a request; does nothing for a message that is not one. */
  reply(fields: Fields, payload?: Uint8Array): void;
}

export interface ChannelOptions {
  readonly onFrame: (frame: Frame) => void;
  readonly onClose: () => void;
  /** Everything sent so far has been taken by the kernel after it had not been. */
  readonly onDrain?: () => void;
  readonly maxFrameBytes?: number;
}

/** A two-way message channel. */
export interface Channel {
  readonly open: boolean;
  /** Bytes accepted by `send` that the kernel has not taken yet, lines that wait for the end of the turn among them. */
  readonly queuedBytes: number;
  /** Throws where the message is larger than a frame may be; the channel stays open. The payload must not change any more. */
  send(type: string, fields: Fields, payload?: Uint8Array): void;
  /** Sends a request; resolves with the answer, rejects when the channel closes, the time is over, or the message is too large. */
  request(type: string, fields: Fields, timeoutMs: number): Promise<Frame>;
  close(): void;
}

/** A message that is larger than a frame may be. */
export class FrameTooLarge extends Error {}

const PREFIX_BYTES = 8;
/** Of a payload from this size on there is no copy. */
const LARGE_BYTES = 16 * 1024;
const LINE = 'line';
const LINE_HEAD_BYTES = 4;
const MAX_LINE_ID = 0xffff_ffff;
/** From so many bytes on lines do not wait for the end of the turn: the other side can begin. */
const GATHERED_BYTES = 16 * 1024;
const EMPTY = new Uint8Array(0);
const DEFAULT_MAX_FRAME_BYTES = 64 * 1024 * 1024;

interface Waiting {
  readonly resolve: (frame: Frame) => void;
  readonly reject: (error: Error) => void;
  readonly timer: NodeJS.Timeout;
}

/** Speaks frames over `socket`, which it owns from now on. */
export function createChannel(socket: Socket, options: ChannelOptions): Channel {
  const maxFrameBytes = options.maxFrameBytes ?? DEFAULT_MAX_FRAME_BYTES;
  const waiting = new Map<number, Waiting>();
  let nextRequest = 1;
  let open = true;
  let gathered: Uint8Array[] = [];
  let gatheredBytes = 0;

  const shut = (): void => {
    if (!open) return;
    open = false;
    socket.destroy();
    for (const one of waiting.values()) {
      clearTimeout(one.timer);
      one.reject(new Error('the other process is gone'));
    }
    waiting.clear();
    options.onClose();
  };

  const write = (head: Fields, payload: Uint8Array): void => {
    if (open) put(encodeHead(head, payload.length, maxFrameBytes), payload);
  };

  const put = (encoded: Uint8Array, payload: Uint8Array): void => {
    flush();
    if (payload.length < LARGE_BYTES) return void socket.write(payload.length === 0 ? encoded : Buffer.concat([encoded, payload]));
    // One system call all the same, and no copy of what is large.
    socket.cork();
    socket.write(encoded);
    socket.write(payload);
    socket.uncork();
  };

  const writeLine = (id: number, payload: Uint8Array): void => {
    if (!open) return;
    const encoded = encodeLineHead(id, payload.length, maxFrameBytes);
    if (payload.length >= LARGE_BYTES) return put(encoded, payload);
    if (gatheredBytes === 0) setImmediate(flush);
    gathered.push(encoded, payload);
    gatheredBytes += encoded.length + payload.length;
    if (gatheredBytes >= GATHERED_BYTES) flush();
  };

  const flush = (): void => {
    if (gatheredBytes === 0) return;
    const together = Buffer.concat(gathered, gatheredBytes);
    gathered = [];
    gatheredBytes = 0;
    if (open) socket.write(together);
  };

  const deliverLine = (id: number, payload: Uint8Array): void =>
    options.onFrame({ type: LINE, fields: { id }, payload, reply: nobodyAsked });

  const deliver = (head: Fields, payload: Uint8Array): void => {
    const { t, r, a, ...fields } = head;
    const frame: Frame = {
      type: typeof t === 'string' ? t : '',
      fields,
      payload,
      reply: (answer, bytes) => {
        if (typeof r !== 'number') return;
        const said = { t: 'answer', a: r };
        try {
          write({ ...answer, ...said }, bytes ?? EMPTY);
        } catch (error) {
          if (!(error instanceof FrameTooLarge)) throw error;
          write({ error: error.message, ...said }, EMPTY); // Who asked does not wait for nothing.
        }
      },
    };
    if (typeof a !== 'number') return options.onFrame(frame);
    const one = waiting.get(a);
    if (one === undefined) return; // Answered after its time was over.
    waiting.delete(a);
    clearTimeout(one.timer);
    one.resolve(frame);
  };

  const decoder = createFrameDecoder(maxFrameBytes, { deliver, deliverLine, broken: shut });
  socket.on('data', decoder);
  socket.on('drain', () => options.onDrain?.());
  socket.on('error', shut);
  socket.on('close', shut);
  socket.resume();

  return {
    get open() {
      return open;
    },
    get queuedBytes() {
      return socket.writableLength + gatheredBytes;
    },
    send: (type, fields, payload = EMPTY) => {
      const { id } = fields;
      if (type === LINE && isLineId(id)) writeLine(id, payload);
      else write({ ...fields, t: type }, payload);
    },
    request: (type, fields, timeoutMs) =>
      new Promise((resolve, reject) => {
        if (!open) return reject(new Error('the other process is gone'));
        const id = nextRequest++;
        write({ ...fields, t: type, r: id }, EMPTY);
        const timer = setTimeout(() => {
          waiting.delete(id);
          reject(new Error(`no answer to '${type}' within ${timeoutMs} ms`));
        }, timeoutMs);
        waiting.set(id, { resolve, reject, timer });
      }),
    close: () => {
      flush();
      shut();
    },
  };
}

function nobodyAsked(): void {}

function isLineId(id: unknown): id is number {
  return typeof id === 'number' && Number.isInteger(id) && id >= 0 && id <= MAX_LINE_ID;
}

/** A frame up to its payload. */
function encodeHead(head: Fields, payloadBytes: number, maxFrameBytes: number): Uint8Array {
  const json = Buffer.from(JSON.stringify(head));
  const encoded = encodePrefix(json.length, payloadBytes, maxFrameBytes);
  encoded.set(json, PREFIX_BYTES);
  return encoded;
}

function encodeLineHead(id: number, payloadBytes: number, maxFrameBytes: number): Uint8Array {
  const encoded = encodePrefix(LINE_HEAD_BYTES, payloadBytes, maxFrameBytes);
  encoded.writeUInt32BE(id, PREFIX_BYTES);
  return encoded;
}

/** The two lengths, and room for the head. */
function encodePrefix(headBytes: number, payloadBytes: number, maxFrameBytes: number): Buffer {
  const bytes = PREFIX_BYTES + headBytes + payloadBytes;
  if (bytes > maxFrameBytes) throw new FrameTooLarge(`a message of ${bytes} bytes is too large to be sent`);
  const encoded = Buffer.allocUnsafe(PREFIX_BYTES + headBytes);
  encoded.writeUInt32BE(4 + headBytes + payloadBytes, 0);
  encoded.writeUInt32BE(headBytes, 4);
  return encoded;
}

interface Hearing {
  readonly deliver: (head: Fields, payload: Uint8Array) => void;
  readonly deliverLine: (id: number, payload: Uint8Array) => void;
  readonly broken: () => void;
}

function createFrameDecoder(maxFrameBytes: number, { deliver, deliverLine, broken }: Hearing): (chunk: Buffer) => void {
  let pending: Buffer[] = [];
  let pendingBytes = 0;
  let neededBytes = PREFIX_BYTES;

  return (chunk) => {
    pending.push(chunk);
    pendingBytes += chunk.length;
    if (pendingBytes < neededBytes) return;
    let buffer = pending.length === 1 ? chunk : Buffer.concat(pending);
    while (buffer.length >= PREFIX_BYTES) {
      const frameBytes = 4 + buffer.readUInt32BE(0);
      const headBytes = buffer.readUInt32BE(4);
      if (frameBytes > maxFrameBytes || headBytes > frameBytes - PREFIX_BYTES) return broken();
      if (buffer.length < frameBytes) {
        neededBytes = frameBytes;
        pending = [buffer];
        pendingBytes = buffer.length;
        return;
      }
      const payload = buffer.subarray(PREFIX_BYTES + headBytes, frameBytes);
      if (headBytes === LINE_HEAD_BYTES) deliverLine(buffer.readUInt32BE(PREFIX_BYTES), payload);
      else {
        const head = parseHead(buffer.toString('utf8', PREFIX_BYTES, PREFIX_BYTES + headBytes));
        if (head === undefined) return broken();
        deliver(head, payload);
      }
      buffer = buffer.subarray(frameBytes);
    }
    neededBytes = PREFIX_BYTES;
    pending = buffer.length > 0 ? [buffer] : [];
    pendingBytes = buffer.length;
  };
}

function parseHead(text: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isFields(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
