// The shapes of the config: what was wrong with it, what it normalizes to (the shards, plain JSON), and the snapshot that the road reads.

import type { AgentIndex, AgentRecord } from '../agents/index.ts';
import type { AuditSettings } from '../audit/index.ts';
import type { ActionTable, InspectionDocument } from '../inspection/index.ts';
import type { Lockdown, Policy, PolicyDocument, ToolFactsOf } from '../policies/index.ts';
import type { Discovery, OverLimit, ServerConfig, ValueSource } from '../servers/index.ts';

/** Something wrong (error) or doubtful (warning) in a config file: where, what, and what to write instead. */
export interface ConfigProblem {
  readonly severity: 'error' | 'warning';
  /** The file as named by who asked, or as named in the config. */
  readonly file: string;
  /** Both from 1. */
  readonly line: number;
  readonly column: number;
  /** Like `servers.everything.args[0]`; empty for the file as a whole. */
  readonly path: string;
  /** What is wrong, a sentence. */
  readonly message: string;
  /** What to write instead, a sentence; undefined where nothing useful can be said. */
  readonly fix: string | undefined;
}

/** An address to listen on. */
export interface Address {
  /** IPv4 or IPv6 address, or `localhost`; IPv6 without brackets. */
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
}

/** How TLS ends at a listener. Paths are absolute. */
export type ListenerTls =
  | { readonly kind: 'off' }
  /** A certificate made at start, for development. */
  | { readonly kind: 'self-signed' }
  /** TLS is ended by a trusted proxy in front. */
  | { readonly kind: 'external' }
  | { readonly kind: 'files'; readonly certificate: string; readonly key: string };

/** One address that agents call. */
export interface ListenerConfig {
  readonly name: string;
  readonly address: Address;
  readonly tls: ListenerTls;
  /** Addresses or CIDR blocks from which forwarding headers are believed. */
  readonly trustedProxies: readonly string[];
  /** Name of the agent that a caller without a key is; undefined: a key is required. */
  readonly anonymous?: string | undefined;
  /** Host names it answers for beside its own address and, on loopback, the loopback names. Lowercase, without port. */
  readonly hosts: readonly string[];
  /** Browser origins that may call it. */
  readonly origins: readonly string[];
}

/** Where the console and the admin API are, and how people sign in. */
export interface AdminConfig {
  /** Undefined: nowhere. */
  readonly listen: Address | undefined;
  /** There is no proxy in front that is believed. */
  readonly tls: Exclude<ListenerTls, { readonly kind: 'external' }>;
  /** Host names it answers for beside its own address and, on loopback, the loopback names. Lowercase, without port. */
  readonly names: readonly string[];
  readonly sessionHours: number;
  readonly idleMinutes: number;
  /** What takes two people. */
  readonly separation: { readonly policy: 'one' | 'two' };
}

/** A collector that takes OTLP over HTTP. */
export interface CollectorConfig {
  /** Absolute http or https URL, without a slash at its end. */
  readonly endpoint: string;
  readonly headers: Readonly<Record<string, ValueSource>>;
  /** Absolute path of a PEM bundle that replaces the default roots. */
  readonly ca?: string | undefined;
  readonly timeoutMs: number;
}

/** Which calls are traced. */
export interface Sampling {
  readonly ratio: number;
  readonly followAgents: boolean;
  readonly perSecond: number;
}

/** Where metrics and traces go. */
export interface TelemetryConfig {
  /** Undefined: nowhere. */
  readonly otlp?: CollectorConfig | undefined;
  /** 0: they are not sent. */
  readonly metricsEveryMs: number;
  readonly traces: Sampling;
  readonly resource: Readonly<Record<string, string>>;
}

/** Every cap and wait of the gateway. Sizes in bytes, times in milliseconds. The defaults and their reasons are in limits.ts. */
export interface Limits {
  readonly maxHeadBytes: number;
  readonly maxHeaders: number;
  /** Body of a request; what goes on to a server. */
  readonly maxBodyBytes: number;
  /** One message of a server that must be held whole to be judged, like a list that policy filters. */
  readonly maxListBytes: number;
  readonly maxConnections: number;
  readonly maxConnectionsPerAddress: number;
  readonly maxPipelined: number;
  readonly maxRequestsPerConnection: number;
  readonly maxStreamsPerAgent: number;
  readonly maxSessionsPerAgent: number;
  readonly maxInFlightPerServer: number;
  /** Programs of stdio servers that run for agents. */
  readonly maxProcesses: number;
  readonly maxProcessesPerAgent: number;
  readonly maxProcessesPerServer: number;
  /** Bytes written but not yet taken by the kernel, above which the sender waits. */
  readonly highWaterBytes: number;
  readonly headTimeoutMs: number;
  readonly bodyTimeoutMs: number;
  readonly keepAliveTimeoutMs: number;
  /** For its turn, of a call that was read in a worker with more to do than it can. */
  readonly queueTimeoutMs: number;
  readonly writeTimeoutMs: number;
  readonly connectTimeoutMs: number;
  /** From a request's last byte to the first byte of the server's answer. */
  readonly answerTimeoutMs: number;
  /** Between two bytes of a server's answer. */
  readonly streamIdleTimeoutMs: number;
  /** From sending a request over HTTP to the end of its answer. */
  readonly callTimeoutMs: number;
  readonly approvalWaitMs: number;
  readonly sessionIdleMs: number;
  /** How long calls under way may take when a worker is replaced or the gateway stops. */
  readonly drainGraceMs: number;
}

/** A path that shows several servers as one. */
export interface RouteConfig {
  readonly path: string;
  /** Names of its servers; their order settles who owns a URI or a bare name that several have. */
  readonly servers: readonly string[];
  readonly names: 'prefixed' | 'bare';
  readonly waitMs: number;
  /** Undefined: `result`. */
  readonly overLimit?: OverLimit | undefined;
  /** How agents come to its tools; undefined: `list`. */
  readonly discovery?: Discovery | undefined;
}

/** Everything that comes from the config file, normalized: defaults filled in, paths absolute, secrets as references. Plain JSON. */
export interface ConfigShard {
  readonly dataFolder: string;
  readonly workers: number;
  readonly listeners: readonly ListenerConfig[];
  readonly metricsListen?: Address | undefined;
  /** Undefined: nothing is listened on, and nobody can sign in. */
  readonly admin?: AdminConfig | undefined;
  readonly servers: readonly ServerConfig[];
  readonly routes: readonly RouteConfig[];
  readonly limits: Limits;
  readonly policy: PolicyDocument;
  /** Undefined: nothing is sent, and nothing traced. */
  readonly telemetry?: TelemetryConfig | undefined;
  /** Undefined: all detectors, and the defaults. */
  readonly inspection?: InspectionDocument | undefined;
  /** Undefined: the defaults. */
  readonly audit?: AuditSettings | undefined;
}

/** Everything about agents. Plain JSON. */
export interface AgentsShard {
  readonly agents: readonly AgentRecord[];
}

/** What control writes to disk and sends to workers. A change touches only its shard; the digests say which. */
export interface SnapshotDocument {
  readonly format: 1;
  /** Grows by one with every change. */
  readonly revision: number;
  readonly digests: { readonly config: string; readonly agents: string };
  readonly shards: { readonly config: ConfigShard; readonly agents: AgentsShard };
}

/** A path on the gateway that shows one server. */
export interface ServerRoute {
  readonly kind: 'server';
  readonly path: string;
  /** What sealed tokens and records call it: the server's name. */
  readonly key: string;
  /** How a call over a limit is refused; undefined: `result`. */
  readonly overLimit?: OverLimit | undefined;
  /** How agents come to its tools; undefined: `list`. */
  readonly discovery?: Discovery | undefined;
}

/** A path on the gateway that shows several servers as one. */
export interface AggregateRoute {
  readonly kind: 'aggregate';
  readonly path: string;
  /** What sealed tokens and records call it: its path, which no server can have as a name. */
  readonly key: string;
  /** Names of its servers; their order settles who owns a URI or a bare name that several have. */
  readonly members: readonly string[];
  /** `prefixed`: `<server>__<tool>`. `bare`: as the servers call them, prefixed only where two are equal. */
  readonly names: 'prefixed' | 'bare';
  /** How long the slowest server is waited for where all are asked. */
  readonly waitMs: number;
  readonly overLimit?: OverLimit | undefined;
  /** How agents come to its tools; undefined: `list`. */
  readonly discovery?: Discovery | undefined;
}

/** A path on the gateway and what it shows. */
export type Route = ServerRoute | AggregateRoute;

/** An immutable view of everything the road needs to know. One request reads one snapshot from beginning to end. */
export interface Snapshot {
  readonly revision: number;
  readonly digests: SnapshotDocument['digests'];
  readonly listeners: readonly ListenerConfig[];
  readonly servers: ReadonlyMap<string, ServerConfig>;
  /** By exact path. */
  readonly routes: ReadonlyMap<string, Route>;
  /** As a lockdown leaves it. */
  readonly policy: Policy;
  /** What is locked; it changes without the revision. */
  readonly lockdown: Lockdown;
  /** What is known of tools. */
  readonly toolFacts: ToolFactsOf;
  /** What is looked for in messages, and what is done about it. */
  readonly inspection: { readonly document: InspectionDocument; readonly actions: ActionTable };
  /** What the record keeps. */
  readonly audit: AuditSettings;
  /** Names of the servers of which nothing is looked at. */
  readonly unread: ReadonlySet<string>;
  /** Undefined: no call is traced. */
  readonly sampling: Sampling | undefined;
  readonly agents: AgentIndex;
  readonly limits: Limits;
}
