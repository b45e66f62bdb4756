// The load generator: N keep-alive connections on raw sockets, one write per request, every answer checked byte for byte.
// A process of its own, so that it can be pinned to its own core; told by one line of JSON (LoadPlan) on standard input,
// it reports lines of JSON (GeneratorEvent). It must never be the bottleneck unseen: the runner prints how busy its core was.

import { readFileSync } from 'node:fs';
import { connect as connectPlain, type OnReadOpts, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { connect as connectTls, type ConnectionOptions, createSecureContext, type SecureContext, TLSSocket } from 'node:tls';
import { Worker } from 'node:worker_threads';

import { parseAnswer } from './answer.ts';
import { monotonicMs } from './clock.ts';
import { percentile } from './statistics.ts';
import { answerTo, callRequest, CIPHER_SUITE, type GeneratorEvent, type LoadPlan, messageId, SERVER_NAME } from './workload.ts';

/** Reads are handled before the next one starts, so one buffer serves all connections. */
const READ_BUFFER = Buffer.allocUnsafeSlow(256 * 1024);

/** An answer that takes longer than this is an error: nothing in the bench waits on purpose. */
const ANSWER_TIMEOUT_MS = 10_000;
/** Where refusals are counted, nobody waits longer than this for a connection. */
const GIVE_UP_MS = 1_000;

interface Connection {
  readonly index: number;
  readonly request: Uint8Array;
  readonly expected: Uint8Array;
  socket: Socket | undefined;
  /** Bytes of an answer that has not arrived whole. */
  pending: Buffer | undefined;
  /** The instant from which the latency of the request in flight counts; NaN when idle. */
  since: number;
  /** The other side announced that it closes after this answer. */
  closing: boolean;
}

class Generator {
  readonly #plan: LoadPlan;
  readonly #secure: SecureContext | undefined;
  readonly #connections: Connection[] = [];
  /** Connections without a request in flight (open pace). */
  readonly #idle: Connection[] = [];
  /** Scheduled instants whose request waits for an idle connection (open pace). */
  readonly #due: number[] = [];
  readonly #latencies: number[] = [];
  readonly #late: number[] = [];
  #measuring = false;
  #stopped = false;
  #answered = 0;
  #answeredInAll = 0;
  #refused = 0;
  #givenUp = 0;
  #reconnects = 0;
  #errors = 0;
  #firstError: string | undefined;
  #protocol = 'plain';

  constructor(plan: LoadPlan) {
    this.#plan = plan;
    this.#secure =
      plan.caFile === undefined
        ? undefined
        : createSecureContext({ ca: readFileSync(plan.caFile), minVersion: 'TLSv1.3', ciphers: CIPHER_SUITE });
    for (let index = 0; index < plan.connections; index += 1) {
      const caller = plan.callers[index % plan.callers.length];
      if (caller === undefined) throw new Error('nobody is there to call');
      this.#connections.push({
        index,
        request: callRequest(messageId(index), caller, plan.port, plan.route),
        expected: answerTo(messageId(index), plan.answer),
        socket: undefined,
        pending: undefined,
        since: Number.NaN,
        closing: false,
      });
    }
  }

  async run(): Promise<void> {
    await Promise.all(this.#connections.map((connection) => this.#open(connection)));
    const ticker = this.#plan.pace.kind === 'open' ? this.#startSchedule(this.#plan.pace.ratePerSecond) : this.#startAll();
    await sleep(this.#plan.warmupMs);
    this.#measuring = true;
    const from = monotonicMs();
    say({ event: 'measuring' });
    await sleep(this.#plan.measureMs);
    this.#measuring = false;
    const windowMs = monotonicMs() - from;
    say({ event: 'measured' });
    this.#stopped = true;
    await ticker?.terminate();
    this.#checkStuck();
    for (const connection of this.#connections) connection.socket?.destroy();
    this.#report(windowMs);
  }

  #startAll(): undefined {
    const now = monotonicMs();
    for (const connection of this.#connections) this.#send(connection, now);
    return undefined;
  }

  /**
   * Open pace: a thread that sleeps to each scheduled instant and wakes this one. Timers of the event loop have a grain
   * of one millisecond, several times the latency that is measured, and spinning would starve the upstream on the same core.
   */
  #startSchedule(ratePerSecond: number): Worker {
    this.#idle.push(...this.#connections);
    const ticker = new Worker(new URL('./ticker.ts', import.meta.url), {
      workerData: { intervalMs: 1000 / ratePerSecond, startMs: monotonicMs() + 20 },
    });
    ticker.on('message', (instant: number) => {
      if (this.#stopped) return;
      if (this.#measuring) this.#late.push(monotonicMs() - instant);
      this.#due.push(instant);
      this.#sendDue();
    });
    return ticker;
  }

  #sendDue(): void {
    this.#giveUp();
    while (this.#due.length > 0) {
      const connection = this.#idle.shift();
      if (connection === undefined) return;
      const instant = this.#due.shift() ?? Number.NaN;
      this.#send(connection, instant);
    }
  }

  #giveUp(): void {
    if (this.#plan.refusals === 'errors') return;
    const oldest = monotonicMs() - GIVE_UP_MS;
    while ((this.#due[0] ?? Infinity) < oldest) {
      this.#due.shift();
      if (this.#measuring) this.#givenUp += 1;
    }
  }

  #send(connection: Connection, since: number): void {
    connection.since = since;
    connection.socket?.write(connection.request);
  }

  #open(connection: Connection): Promise<void> {
    return new Promise((resolve, reject) => {
      const onread = {
        buffer: READ_BUFFER,
        callback: (length: number): boolean => {
          this.#receive(connection, length);
          return true;
        },
      };
      const { port } = this.#plan;
      const socket =
        this.#secure === undefined ? connectPlain({ host: '127.0.0.1', port, onread }) : connectTls(this.#tlsOptions(this.#secure, onread));
      socket.setNoDelay(true);
      connection.socket = socket;
      socket.once(this.#secure === undefined ? 'connect' : 'secureConnect', () => {
        if (socket instanceof TLSSocket) this.#protocol = `${socket.getProtocol() ?? '?'} ${socket.getCipher().standardName}`;
        resolve();
      });
      socket.on('error', (error) => {
        this.#fail(`connection ${connection.index}: ${error.message}`);
        reject(error);
      });
      socket.on('close', () => this.#closed(connection, socket));
    });
  }

  /** tls.connect hands `onread` to its socket; the declarations know it for plain sockets only. */
  #tlsOptions(secureContext: SecureContext, onread: OnReadOpts): ConnectionOptions & { readonly onread: OnReadOpts } {
    return { host: '127.0.0.1', port: this.#plan.port, servername: SERVER_NAME, secureContext, ALPNProtocols: ['http/1.1'], onread };
  }

  /** A connection may end between two calls; one that ends under a call has lost it. */
  #closed(connection: Connection, socket: Socket): void {
    if (this.#stopped || connection.socket !== socket) return;
    if (!Number.isNaN(connection.since)) {
      this.#fail(`connection ${connection.index} closed under a call`);
      return;
    }
    void this.#reopen(connection);
  }

  async #reopen(connection: Connection): Promise<void> {
    this.#reconnects += 1;
    connection.closing = false;
    connection.pending = undefined;
    await this.#open(connection);
    this.#next(connection);
  }

  #receive(connection: Connection, length: number): void {
    const fresh = READ_BUFFER.subarray(0, length);
    const bytes = connection.pending === undefined ? fresh : Buffer.concat([connection.pending, fresh]);
    const answer = parseAnswer(bytes);
    if (answer.kind === 'partial') {
      connection.pending = connection.pending === undefined ? Buffer.from(fresh) : bytes;
      return;
    }
    connection.pending = undefined;
    const isRefused = answer.kind === 'answer' && this.#plan.refusals === 'counted' && (answer.status === 429 || answer.status === 503);
    if (isRefused) {
      if (this.#measuring) this.#refused += 1;
    } else if (answer.kind === 'malformed' || answer.status !== 200 || !answer.body.equals(connection.expected)) {
      this.#fail(`wrong answer on connection ${connection.index}: ${bytes.subarray(0, 400).toString('latin1')}`);
    }
    const now = monotonicMs();
    this.#answeredInAll += 1;
    if (this.#measuring && !isRefused) {
      this.#answered += 1;
      this.#latencies.push(now - connection.since);
    }
    connection.since = Number.NaN;
    if (this.#stopped) return;
    if (answer.kind === 'answer' && answer.closes) {
      connection.socket?.destroy();
      return;
    }
    this.#next(connection);
  }

  #next(connection: Connection): void {
    if (this.#plan.pace.kind === 'closed') {
      this.#send(connection, monotonicMs());
      return;
    }
    this.#idle.push(connection);
    this.#sendDue();
  }

  /** A lost answer slows a closed loop down to nothing without an error; say so. */
  #checkStuck(): void {
    const now = monotonicMs();
    for (const connection of this.#connections) {
      if (now - connection.since > ANSWER_TIMEOUT_MS)
        this.#fail(`connection ${connection.index} got no answer for ${ANSWER_TIMEOUT_MS} ms`);
    }
    if (this.#answered === 0) this.#fail('no call was answered inside the window');
  }

  #fail(reason: string): void {
    this.#errors += 1;
    this.#firstError ??= reason;
  }

  #report(windowMs: number): void {
    const latencies = Float64Array.from(this.#latencies).sort();
    const late = Float64Array.from(this.#late).sort();
    say({
      event: 'result',
      answered: this.#answered,
      answeredInAll: this.#answeredInAll,
      windowMs,
      p50Ms: percentile(latencies, 50),
      p99Ms: percentile(latencies, 99),
      maxMs: latencies.at(-1) ?? Number.NaN,
      lateP50Ms: late.length === 0 ? 0 : percentile(late, 50),
      lateP99Ms: late.length === 0 ? 0 : percentile(late, 99),
      refused: this.#refused,
      givenUp: this.#givenUp,
      reconnects: this.#reconnects,
      protocol: this.#protocol,
      errors: this.#errors,
      firstError: this.#firstError,
    });
  }
}

function say(event: GeneratorEvent): void {
  process.stdout.write(`${JSON.stringify(event)}\n`);
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

const lines = createInterface({ input: process.stdin });
// The runner is gone: nobody wants the figures, and load without an owner must not go on.
lines.once('close', () => process.exit(1));
lines.once('line', (line) => {
  const plan: LoadPlan = JSON.parse(line);
  new Generator(plan).run().then(
    () => process.exit(0),
    (error: unknown) => {
      process.stderr.write(`bench generator: ${error instanceof Error ? error.message : String(error)}\n`);
      process.exit(1);
    },
  );
});
