// What the supervisor and its children say to each other over the IPC channel, and what children say over their links.
// Only these shapes; a message that is none of them is dropped and logged.

/** The kinds of process. */
export type Role = 'control' | 'keeper' | 'runner' | 'worker' | 'inspector' | 'console';

/** A listener as the supervisor needs it: something to bind. */
export interface BindRequest {
  readonly name: string;
  readonly host: string;
  readonly port: number;
}

/** Where the console is to be served. */
export interface ConsolePlan {
  readonly host: string;
  readonly port: number;
  /** Stands for what its process takes over only at its birth; when it changes, the process is replaced. */
  readonly birthDigest: string;
}

/** What every child is told first. */
export interface Init {
  readonly kind: 'init';
  readonly role: Role;
  /** Unique among all processes of this gateway's life: role, slot, epoch. */
  readonly name: string;
  readonly slot: number;
  readonly epoch: number;
  readonly dataFolder: string;
  /** What this node is called in its records. */
  readonly node: string;
  readonly configFile: string | undefined;
  /** Listen address given on the command line, in place of the config's. */
  readonly listenOverride: string | undefined;
  /** The console's address given on the command line, or `off`, in place of the config's. */
  readonly consoleOverride: string | undefined;
  /** A person watches: where nobody has ever signed in to the console, they get a link that does (control). */
  readonly offersLink: boolean;
  /** Bound listen sockets, by their descriptor in the process that is told (workers, console). */
  readonly listeners: readonly { readonly name: string; readonly fd: number; readonly host: string; readonly port: number }[];
  /** The gateway is running already: this process takes over from one that died. */
  readonly restarted: boolean;
  /** One worker looks at every server, so that a broken one is named early. */
  readonly scout: boolean;
  /** Names of the workers that were there before it (control): what they hold is asked of them first. */
  readonly workers: readonly string[];
  /** Names of those that died before it since one was ready (control): nobody else can put that on record. */
  readonly died: readonly string[];
  readonly logFormat: 'json' | 'text';
}

/** Supervisor → child. A `link` message carries a socket, a `listener` message one that is bound. */
export type Order =
  | Init
  /** Before `init`, one for each of its listeners, in their order. */
  | { readonly kind: 'listener' }
  | { readonly kind: 'link'; readonly role: Role; readonly name: string }
  | { readonly kind: 'drain'; readonly graceMs: number }
  | { readonly kind: 'stop' }
  | { readonly kind: 'reload' }
  /** The console's address is bound, with this port; undefined: it is not (control). Who binds it knows it; who serves there is not asked. */
  | { readonly kind: 'console-bound'; readonly port: number | undefined };

/** Child → supervisor. */
export type Report =
  | { readonly kind: 'ready' }
  /** Control has a valid config: bind these and run so many workers. Sent with every config that is put in force. */
  | {
      readonly kind: 'plan';
      readonly listeners: readonly BindRequest[];
      /** Names of the listeners at which the gateway itself ends TLS. */
      readonly tls?: readonly string[];
      readonly workers: number;
      readonly drainGraceMs: number;
      /** Stands for everything else that a worker takes over only at its birth; when it changes, workers are replaced. */
      readonly birthDigest: string;
      /** Undefined: there is to be no console. */
      readonly console: ConsolePlan | undefined;
    }
  /** The console is served there; the link signs the first person in, once. */
  | { readonly kind: 'console'; readonly url: string; readonly link: string | undefined }
  /** Control cannot start: the text says why, for a person. */
  | { readonly kind: 'unusable'; readonly text: string; readonly exitCode: number }
  /** A sentence for whoever started the gateway, for example a server that does not start. */
  | { readonly kind: 'notice'; readonly text: string }
  /** The runner started or ended a process group; the supervisor ends what a dead runner leaves. */
  | { readonly kind: 'group'; readonly pid: number; readonly live: boolean }
  /** The link to the process of this name has closed. */
  | { readonly kind: 'unlinked'; readonly name: string }
  /** A worker's inspector, of this name, does not answer, or says what cannot be. It is killed, and replaced. */
  | { readonly kind: 'hung'; readonly name: string };

const ORDER_KINDS: ReadonlySet<unknown> = new Set(['init', 'listener', 'link', 'drain', 'stop', 'reload', 'console-bound']);
const REPORT_KINDS: ReadonlySet<unknown> = new Set(['ready', 'plan', 'console', 'unusable', 'notice', 'group', 'unlinked', 'hung']);

/** Is this an order? Both ends are the same program, so the kind decides. */
export function isOrder(value: unknown): value is Order {
  return typeof value === 'object' && value !== null && 'kind' in value && ORDER_KINDS.has(value.kind);
}

/** Is this a report? */
export function isReport(value: unknown): value is Report {
  return typeof value === 'object' && value !== null && 'kind' in value && REPORT_KINDS.has(value.kind);
}

/**
 * Who is linked to whom. Every pair appears once; it is the first of them that is replaced when two that live have lost their link. An inspector is
 * linked to the one worker that it is there for.
 */
export const LINKS: readonly (readonly [Role, Role])[] = [
  ['control', 'keeper'],
  ['runner', 'keeper'],
  ['runner', 'control'],
  ['worker', 'keeper'],
  ['worker', 'runner'],
  ['worker', 'control'],
  ['inspector', 'worker'],
  ['console', 'control'],
  ['console', 'keeper'],
];
