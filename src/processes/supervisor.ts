// The process that owns the others: it binds the listen sockets, starts, links, watches and replaces its children, and passes on
// signals. It never accepts a connection and parses nothing that comes from outside, so that nothing from outside can break it.
//
// Each worker has an inspector of its own, which is started when the workers serve, so that nobody waits for it, and goes with its worker.
//
// Order of start: keeper, control and runner, linked to each other; control answers with a plan (what to bind, how many workers) or
// with why there is none; then the sockets are bound and the workers told who they are: their processes have loaded the program
// meanwhile (early-workers.ts). Whoever dies is started again, after a growing pause when it dies young. A worker is replaced by
// starting the new one first and draining the old (reference figures: 0 errors).

import type { ChildProcess, SendHandle } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { workerVaultFolder } from '../audit/places.ts';
import type { Log } from '../telemetry/index.ts';
import { compileAhead } from './compiled-code.ts';
import type { CompileAhead } from './compiled-code.ts';
import { createConsolePost } from './console-post.ts';
import { keepMemoryOutOfDumps } from './core-dumps.ts';
import { bindSocket } from './listen-sockets.ts';
import type { ListenSocket } from './listen-sockets.ts';
import { startEarlyWorkers } from './early-workers.ts';
import { isReport, LINKS } from './messages.ts';
import type { BindRequest, Init, Order, Report, Role } from './messages.ts';
import { createSocketPair } from './socket-pair.ts';
import { auditFolder, spawnCompiler, spawnProcess } from './spawn.ts';

export interface SupervisorOptions {
  readonly entry: string;
  readonly dataFolder: string;
  /** What this node is called in its records. */
  readonly node: string;
  readonly configFile: string | undefined;
  readonly listenOverride: string | undefined;
  readonly consoleOverride: string | undefined;
  /** A person watches, who may be shown a link that signs them in. */
  readonly offersLink: boolean;
  readonly logFormat: 'json' | 'text';
  readonly log: Log;
  /** All workers of the first set serve; where there is a console, its process is being started. `tls`: names of the listeners that end it. */
  readonly onReady: (listeners: readonly ListenSocket[], hasConsole: boolean, tls: ReadonlySet<string>) => void;
  /** The console is served there. The link signs the first person in, once. */
  readonly onConsole: (url: string, link: string | undefined) => void;
  /** A sentence for the person who started the gateway. */
  readonly onNotice: (text: string) => void;
}

/** A running gateway, as its supervisor sees it. */
export interface Supervisor {
  reload(): void;
  /** Drains the workers, then ends the rest. */
  stop(): void;
  /** Ends everything at once. */
  kill(): void;
  /** The exit code, once everything has ended. */
  readonly ended: Promise<number>;
}

interface Child {
  readonly role: Role;
  readonly name: string;
  readonly slot: number;
  readonly process: ChildProcess;
  /** The worker that it is there for (inspectors). */
  readonly serves: Child | undefined;
  /** The one worker that looks at every server, so that a broken one is named early. */
  readonly scout: boolean;
  readonly startedAt: number;
  ready: boolean;
  /** Told to go: its end is no surprise. */
  leaving: boolean;
  /** Its successor has been started; it serves until that one is ready. */
  outgoing: boolean;
  /** Called when it is ready: the worker that this one replaces may then drain. */
  onReady: (() => void) | undefined;
}

const YOUNG_MS = 10_000;
/** Where control dies at each start, the latest are enough. */
const MAX_DIED_UNSEEN = 20;
const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 5_000;
const STOP_GRACE_MS = 6_000;
/** A link closes a moment before it is known here that the process at its other end has died. */
const UNLINKED_MS = 1_000;
/** A worker that is cut off serves for no longer than this, also where no successor gets ready. */
const CUT_OFF_MS = 30_000;

/** Starts a gateway. */
export function startSupervisor(options: SupervisorOptions): Supervisor {
  const { log } = options;
  keepMemoryOutOfDumps(log);
  const children = new Set<Child>();
  const groups = new Set<number>();
  /** By role; an inspector that dies again and again holds up none of another worker. */
  const pauses = new Map<string, number>();
  /** Names of control's processes whose end is on record nowhere yet; the ends of all others control sees itself. */
  let diedUnseen: readonly string[] = [];
  let sockets: readonly ListenSocket[] = [];
  let plan: Extract<Report, { kind: 'plan' }> | undefined;
  let epoch = 0;
  let stopping = false;
  let announced = false;
  let exitCode = 0;
  let compiler: CompileAhead | undefined;
  let finish: (code: number) => void = () => {};
  const ended = new Promise<number>((resolve) => (finish = resolve));

  const tell = (child: Child, order: Order, handle?: SendHandle): void => {
    if (child.process.connected) child.process.send(order, handle);
  };
  const tellAll = (role: Role, order: Order): void => {
    for (const child of children) if (child.role === role) tell(child, order);
  };

  const freeSlot = (): number => {
    const used = new Set([...children].filter((child) => child.role === 'worker').map((child) => child.slot));
    let slot = 0;
    while (used.has(slot)) slot++;
    return slot;
  };

  const socketsOf = (role: Role): readonly ListenSocket[] => {
    if (role === 'worker') return sockets;
    return role === 'console' && consolePost.socket !== undefined ? [consolePost.socket] : [];
  };

  const bear = (role: Role, slot: number): ChildProcess => {
    if (role === 'worker')
      for (const folder of [auditFolder(options.dataFolder, slot), workerVaultFolder(options.dataFolder, slot)])
        mkdirSync(folder, { recursive: true, mode: 0o700 });
    return spawnProcess({ role, slot, entry: options.entry, dataFolder: options.dataFolder });
  };

  const start = (role: Role, serves?: Child): Child => {
    const scout = role === 'worker' && !staying().some((child) => child.scout);
    const slot = role === 'worker' ? freeSlot() : (serves?.slot ?? 0);
    const process = (role === 'worker' ? early.take(slot) : undefined) ?? bear(role, slot);
    const name = `${hasSlot(role) ? `${role}-${slot}` : role}.${++epoch}`;
    const child: Child = {
      role,
      name,
      slot,
      process,
      serves,
      scout,
      startedAt: Date.now(),
      ready: false,
      leaving: false,
      outgoing: false,
      onReady: undefined,
    };
    children.add(child);
    process.on('message', (message) => {
      if (isReport(message)) hear(child, message);
      else log.warn('a message of no known kind was dropped', { from: name });
    });
    process.on('error', (error) => log.error('a process could not be started', { name, error }));
    process.once('exit', (code, signal) => gone(child, code, signal));
    const listening = socketsOf(role);
    const init: Init = {
      kind: 'init',
      role,
      name,
      slot,
      epoch,
      dataFolder: options.dataFolder,
      node: options.node,
      configFile: options.configFile,
      listenOverride: options.listenOverride,
      consoleOverride: options.consoleOverride,
      offersLink: options.offersLink,
      listeners: listening.map(({ name, host, port, fd }) => ({ name, host, port, fd })),
      restarted: plan !== undefined,
      scout,
      died: role === 'control' ? diedUnseen : [],
      workers: role === 'control' ? [...children].filter((one) => one.role === 'worker').map((one) => one.name) : [],
      logFormat: options.logFormat,
    };
    for (const { handle } of listening) tell(child, { kind: 'listener' }, handle);
    tell(child, init);
    if (role === 'control') tell(child, consoleBound());
    for (const other of children) if (other !== child) link(child, other);
    return child;
  };

  const link = (a: Child, b: Child): void => {
    if (!LINKS.some(([x, y]) => (x === a.role && y === b.role) || (x === b.role && y === a.role))) return;
    if ((a.serves ?? b) !== b || (b.serves ?? a) !== a) return;
    createSocketPair('run').then(
      ([near, far]) => {
        hand(a, { kind: 'link', role: b.role, name: b.name }, near);
        hand(b, { kind: 'link', role: a.role, name: a.name }, far);
      },
      (error: unknown) => log.error('two processes could not be linked', { a: a.name, b: b.name, error }),
    );
  };
  const hand = (child: Child, order: Order, socket: Socket): void => {
    if (child.process.connected) child.process.send(order, socket, {}, () => socket.destroy());
    else socket.destroy();
  };

  const hear = (child: Child, report: Report): void => {
    switch (report.kind) {
      case 'ready':
        child.ready = true;
        if (child.role === 'control') diedUnseen = [];
        child.onReady?.();
        child.onReady = undefined;
        announce();
        return attend();
      case 'plan':
        return follow(report);
      case 'console':
        return options.onConsole(report.url, report.link);
      case 'unusable':
        options.onNotice(report.text);
        exitCode = report.exitCode;
        return stop();
      case 'notice':
        return options.onNotice(report.text);
      case 'group':
        if (report.live) groups.add(report.pid);
        else groups.delete(report.pid);
        return;
      case 'hung':
        // It may be stopped, or in a loop: it hears nothing that is said to it.
        for (const one of children) if (one.name === report.name && one.serves === child) one.process.kill('SIGKILL');
        return;
      case 'unlinked':
        setTimeout(() => relink(child, report.name), UNLINKED_MS);
        return;
      default:
        return report satisfies never;
    }
  };

  const announce = (): void => {
    if (announced || plan === undefined) return;
    const serving = [...children].filter((child) => child.role === 'worker' && child.ready && !child.leaving);
    if (serving.length < plan.workers) return;
    announced = true;
    compiler = compileAhead({ entry: options.entry, spawn: (roles) => spawnCompiler(options.entry, roles) });
    options.onReady(sockets, consolePost.socket !== undefined, new Set(plan.tls));
  };

  /** Every worker that serves gets an inspector; at the start when all of them do. */
  const attend = (): void => {
    if (!announced || stopping) return;
    const attended = new Set([...children].map((child) => child.serves));
    for (const child of children) if (child.role === 'worker' && child.ready && !attended.has(child)) start('inspector', child);
  };

  /** The processes of a role that are here to stay. */
  const staying = (role: Role = 'worker'): Child[] =>
    [...children].filter((child) => child.role === role && !child.leaving && !child.outgoing);

  const follow = (next: Extract<Report, { kind: 'plan' }>): void => {
    if (stopping) return;
    const before = plan;
    const bound = bind(next.listeners);
    if (bound.length === 0 && before === undefined) {
      options.onNotice('No address could be bound, so nothing is served.');
      exitCode = 1;
      return stop();
    }
    // A change that would leave nothing to serve on changes nothing.
    if (bound.length === 0) return options.onNotice('None of the new addresses could be bound; the gateway goes on with those it has.');
    plan = next;
    const rebound = JSON.stringify(bound) !== JSON.stringify(sockets);
    for (const socket of sockets) if (!bound.some((one) => one.fd === socket.fd)) socket.close();
    sockets = bound;
    const current = staying();
    for (const child of current.slice(next.workers)) drain(child);
    // Listen sockets are handed over at the beginning, and some settings are read only then: such a change replaces the workers.
    if (before !== undefined && (rebound || before.birthDigest !== next.birthDigest)) current.slice(0, next.workers).forEach(replace);
    for (let count = current.length; count < next.workers; count++) start('worker');
    early.end();
    consolePost.follow(next.console);
    tellAll('control', consoleBound());
  };

  /** Starts a new worker first; the old one drains when that one is ready. */
  const replace = (child: Child): void => {
    child.outgoing = true;
    const waiting = child.onReady;
    child.onReady = undefined;
    start('worker').onReady = () => {
      waiting?.(); // It was a successor itself, and never got ready.
      drain(child);
    };
  };

  /**
   * Two processes that both live have lost their link, and what one of them knows would grow old for ever: a worker cut off from control goes on
   * with agents and rules that are not in force any more. The one that depends on the other is replaced; its successor is linked to all.
   */
  const relink = (child: Child, lost: string): void => {
    const other = [...children].find((one) => one.name === lost);
    if (stopping || other === undefined || other.leaving || !children.has(child) || child.leaving || child.outgoing) return;
    if (!LINKS.some(([first, second]) => first === child.role && second === other.role)) return;
    log.error('two processes have lost their link; one of them is replaced', { name: child.name, other: lost });
    if (child.role !== 'worker') return tell(child, { kind: 'stop' });
    replace(child);
    setTimeout(() => (children.has(child) ? drain(child) : undefined), CUT_OFF_MS).unref();
  };

  /** Keeps what is bound, binds what is new, says what cannot be bound. A listener with another name may keep its socket. */
  const bind = (requests: readonly BindRequest[]): readonly ListenSocket[] => {
    const bound: ListenSocket[] = [];
    for (const request of requests) {
      const same = sockets.find(
        (socket) => socket.host === request.host && (request.port === 0 ? socket.name === request.name : socket.port === request.port),
      );
      const socket = same ?? bindSocket(request);
      if (typeof socket === 'string') options.onNotice(socket);
      else bound.push({ ...socket, name: request.name });
    }
    return bound;
  };

  const drain = (child: Child): void => {
    if (child.leaving) return;
    child.leaving = true;
    child.onReady?.(); // Whom it was to replace goes too.
    child.onReady = undefined;
    const graceMs = plan?.drainGraceMs ?? STOP_GRACE_MS;
    tell(child, { kind: 'drain', graceMs });
    endLater(child, graceMs + STOP_GRACE_MS);
  };

  const end = (child: Child): void => {
    child.leaving = true;
    // It has nothing to put in order, and may be stopped, or in a loop.
    if (child.role === 'inspector') return void child.process.kill('SIGKILL');
    tell(child, { kind: 'stop' });
    endLater(child, STOP_GRACE_MS);
  };

  const endLater = (child: Child, afterMs: number): void => {
    const timer = setTimeout(() => child.process.kill('SIGKILL'), afterMs);
    child.process.once('exit', () => clearTimeout(timer));
  };

  const gone = (child: Child, code: number | null, signal: NodeJS.Signals | null): void => {
    children.delete(child);
    if (child.role === 'runner') endGroups();
    if (stopping) return proceedStop();
    for (const one of children) if (one.serves === child) end(one);
    if (child.leaving) return;
    log.warn('a process ended and is replaced', { name: child.name, code, signal });
    if (child.role === 'control') diedUnseen = [...diedUnseen, child.name].slice(-MAX_DIED_UNSEEN);
    const young = Date.now() - child.startedAt < YOUNG_MS;
    const life = child.serves === undefined ? child.role : `${child.role}-${child.slot}`;
    const last = pauses.get(life) ?? 0;
    const pause = young ? Math.min(LONGEST_PAUSE_MS, last === 0 ? FIRST_PAUSE_MS : last * 2) : 0;
    pauses.set(life, pause);
    const again = (): void => {
      if (stopping) return;
      if (child.serves !== undefined) return attend();
      if (isWanted(child.role)) start(child.role).onReady = child.onReady;
    };
    // The first death of a long-lived process is repaired at once; only a crash loop waits.
    if (last === 0) again();
    else setTimeout(again, pause);
  };

  const isWanted = (role: Role): boolean => {
    if (role === 'worker') return staying().length < (plan?.workers ?? 0);
    return role !== 'console' || (consolePost.socket !== undefined && staying('console').length === 0);
  };

  /** A runner that died without a word leaves its servers behind; their groups are known here. */
  const endGroups = (): void => {
    for (const pid of groups) signalGroup(pid, 'SIGTERM');
    const left = [...groups];
    groups.clear();
    if (left.length > 0) setTimeout(() => left.forEach((pid) => signalGroup(pid, 'SIGKILL')), stopping ? 500 : 2_000);
  };

  const consolePost = createConsolePost<Child>({
    start: () => void start('console'),
    staying: () => staying('console'),
    end: (child) => end(child),
    notice: (text) => options.onNotice(text),
  });

  const consoleBound = (): Order => ({ kind: 'console-bound', port: consolePost.socket?.port });

  const STOP_ORDER: readonly Role[] = ['worker', 'inspector', 'runner', 'console', 'control', 'keeper'];
  const stop = (): void => {
    if (stopping) return;
    stopping = true;
    early.end();
    compiler?.close();
    // Held open here, the sockets would take connections that no worker accepts any more, and let them wait for an answer.
    for (const socket of sockets) socket.close();
    sockets = [];
    consolePost.close();
    proceedStop();
  };
  /** Ends one role after the other: those who serve first, those they need last. */
  const proceedStop = (): void => {
    for (const role of STOP_ORDER) {
      const alive = [...children].filter((child) => child.role === role);
      if (alive.length === 0) continue;
      for (const child of alive.filter((one) => !one.leaving)) {
        if (role === 'worker') drain(child);
        else end(child);
      }
      return;
    }
    if (groups.size > 0) endGroups();
    finish(exitCode);
  };

  mkdirSync(join(options.dataFolder, 'keys'), { recursive: true, mode: 0o700 });
  mkdirSync(join(options.dataFolder, 'run'), { recursive: true, mode: 0o700 });
  process.chdir(options.dataFolder); // Socket paths are limited to about 100 bytes: they are named relative to here.
  start('keeper');
  start('control');
  start('runner');
  const early = startEarlyWorkers((slot) => bear('worker', slot));

  return {
    reload: () => tellAll('control', { kind: 'reload' }),
    stop,
    kill: () => {
      stopping = true;
      early.end();
      compiler?.close();
      for (const child of children) child.process.kill('SIGKILL');
      endGroups();
    },
    ended,
  };
}

/** There is one for each worker. */
function hasSlot(role: Role): boolean {
  return role === 'worker' || role === 'inspector';
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // Already gone.
  }
}
