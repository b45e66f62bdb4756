// The shapes of the road: what arrives, what travels, what the road needs from the process it runs in. No socket type in here:
// the same road runs in a worker, in a test, and later in an agent's own process.

import type { ErrorCode, Sha256 } from '../base/index.ts';
import type { Caller } from '../agents/index.ts';
import type { AuditLog, Subject as DataSubject, Vault } from '../audit/index.ts';
import type { Route, Snapshot } from '../config/index.ts';
import type { BodySink, HeaderList, OutHeaders, Peer, ServerSentEvent } from '../http/index.ts';
import type { Era, JsonValue, Message, MethodRule, ModernRequest } from '../mcp/index.ts';
import type { Receipt, Subject } from '../policies/index.ts';
import type { Server, Servers } from '../servers/index.ts';
import type { Log } from '../telemetry/index.ts';
import type { Catalogue, DefinitionKind, HeaderCatalogue, ToolContracts, ToolFinder } from '../tools/index.ts';
import type { ApprovalState, Approvals, HeldApproval } from './approvals/types.ts';
import type { Wait } from './approvals/wait.ts';
import type { Aggregates, LegacyServers, Placement, Sessions, SharedListens, TaskIds } from './bridge/index.ts';
import type { LimitsPort } from './admission/index.ts';
import type { Capturing } from './capture.ts';
import type { Gate } from './gate.ts';
import type { Inspector } from './inspection/inspector.ts';
import type { Tokens } from './inspection/tokens.ts';
import type { FindingCounts, InspectionDuties } from '../inspection/index.ts';
import type { InspectingPorts } from './inspection/answer-treatment.ts';
import type { CallFindings } from './inspection/treat.ts';
import type { RoadMetrics } from './metrics.ts';
import type { OpenExchanges } from './open-exchanges.ts';
import type { Subjects } from './subjects.ts';
import type { TaintAuthority } from './taint-authority.ts';
import type { CallTasks } from './tasks.ts';
import type { CallTimes } from './times.ts';
import type { CallTrace, Tracing } from './tracing.ts';

/** Where the answer goes. A subset of the wire's ServerRequest. */
export interface Reply {
  readonly done: boolean;
  respond(status: number, headers: OutHeaders, body?: Uint8Array): void;
  start(status: number, headers: OutHeaders): void;
  /** False: wait for `onDrain`. */
  write(bytes: Uint8Array): boolean;
  /** Like `write`, without copying; whoever calls it does not look at the bytes again. */
  readonly pass?: (bytes: Uint8Array) => boolean;
  end(): void;
  /** Cuts the connection, so that the agent cannot take a part for the whole. */
  abort(): void;
  /** Takes an event as it is, in the place of `write`: an answer of which several make one, so that it must come in whole messages. */
  readonly event?: (event: ServerSentEvent) => boolean;
  onDrain: (() => void) | undefined;
  onHangup: (() => void) | undefined;
}

/** A body that nobody here reads: it is handed on in pieces, as it comes. */
export interface UnreadBody {
  /** As the head says; undefined: in chunks, and nobody knows. */
  readonly bytes: number | undefined;
  /** Lets it come. Before, nothing of it is taken from the kernel. */
  stream(maxBytes: number, sink: BodySink): void;
  /** There is room again. */
  resume(): void;
}

/** A request of a known caller, whole. */
export interface Arrival {
  readonly method: string;
  readonly headers: HeaderList;
  /** Empty where it is `unread`. */
  readonly body: Uint8Array;
  readonly unread?: UnreadBody | undefined;
  readonly peer: Peer;
  readonly route: Route;
  readonly principal: Caller;
  /** Whom its records are about; known from when it is carried. */
  subject?: DataSubject | undefined;
  readonly snapshot: Snapshot;
  readonly reply: Reply;
  /** The endpoint that an agent of 2024-11-05 posted to. */
  readonly endpoint?: string | undefined;
  /** Another worker handed it on to this one: it goes no further. */
  readonly relayed: boolean;
  /** The spans of the call that it is a share of, where that is traced. */
  readonly trace?: CallTrace | undefined;
  /** When the request was complete, in microseconds of a monotonic clock. */
  readonly arrivedUs: number;
}

/** What the agent wants, after one reading of the bytes. */
export type Inbound =
  | {
      readonly kind: 'modern';
      readonly message: Extract<Message, { kind: 'request' }>;
      readonly request: ModernRequest;
      readonly subject: Subject;
      /** Where the call may make a task, or names some (io.modelcontextprotocol/tasks). */
      readonly tasks?: CallTasks;
      /** What the agent brought of ours from the round before. */
      readonly approval?: ApprovalState;
      /** Shown what a person must approve, the agent does not want to wait for it. */
      readonly isDeclined?: boolean;
    }
  | { readonly kind: 'modern-notification'; readonly message: Extract<Message, { kind: 'notification' }> }
  | {
      readonly kind: 'legacy';
      readonly message: Message;
      readonly rule: MethodRule | undefined;
      readonly token: string | undefined;
      readonly subject: Subject;
    }
  // Without a token: an agent of 2024-11-05 begins its session with it.
  | { readonly kind: 'stream'; readonly token: string | undefined }
  | { readonly kind: 'end'; readonly token: string }
  /** Whatever it is: to a server of which nothing is looked at. */
  | { readonly kind: 'unread'; readonly method: 'POST' | 'GET' | 'DELETE'; readonly session: UnreadSession | undefined };

/** The session of a request that nobody reads, as far as its head says. */
export interface UnreadSession {
  /** Ours. */
  readonly token: string;
  /** The server's. */
  readonly upstream: string;
}

/** What a decision is about. */
export interface Question {
  readonly era: Era;
  readonly revision: string | undefined;
  readonly method: string;
  readonly rule: MethodRule | undefined;
  readonly subject: Subject;
}

/** How a call ended, for the record. */
export type OutcomeStatus = 'ok' | 'tool_error' | 'rpc_error' | 'refused' | 'failed' | 'cancelled' | 'unknown';

/** Definitions that a server listed and that this worker does not know. */
export interface SightingReport {
  readonly server: string;
  /** What the server says its version is; empty where it did not. */
  readonly serverVersion: string;
  /** What was listed. */
  readonly kind: DefinitionKind;
  /** The last page of its list, or no list at all: what comes later was not on it. */
  readonly isLast: boolean;
  /** Everything on a list that was seen as a whole: what is not on it is gone. */
  readonly whole: { readonly kind: DefinitionKind; readonly names: readonly string[] } | undefined;
  /** JSON texts. */
  readonly definitions: readonly { readonly kind: DefinitionKind; readonly name: string; readonly text: string }[];
}

/** What the road needs from its process. */
export interface Ports {
  readonly audit: AuditLog;
  readonly subjects: Subjects;
  /** Where what is said is sealed. */
  readonly vault: Pick<Vault, 'seal' | 'reserve' | 'free'>;
  readonly servers: Servers;
  readonly sessions: Sessions;
  /** Servers of the legacy era, asked in the modern form. */
  readonly legacyServers: LegacyServers;
  /** What servers of the modern era tell of changes, to all who listen. */
  readonly listens: SharedListens;
  /** What routes with several servers know of them. */
  readonly aggregates: Aggregates;
  /** Which worker holds an agent's state. */
  readonly placement: Placement;
  readonly headerCatalogue: HeaderCatalogue;
  /** Which definitions are approved. */
  readonly catalogue: Catalogue;
  /** What is used must be what was approved. */
  readonly gate: Gate;
  /** What approved definitions promise, held against calls and results. */
  readonly contracts: ToolContracts;
  /** Finds approved tools by words. */
  readonly finder: ToolFinder;
  /** Reports what is not known here; resolves once the catalogue knows what follows, rejects when nobody can say. */
  readonly reportSightings: (report: SightingReport) => Promise<void>;
  /** What tasks have used before. */
  readonly taint: TaintAuthority;
  readonly taskIds: TaskIds;
  /** Looks into messages. */
  readonly inspector: Inspector;
  /** What stands for values that an agent must not see. */
  readonly tokens: Tokens;
  /** The way to those who approve calls. */
  readonly approvals: Approvals;
  /** What calls are charged to. */
  readonly limits: LimitsPort;
  readonly open: OpenExchanges;
  readonly metrics: RoadMetrics;
  readonly tracing: Tracing;
  readonly log: Log;
  /** Unique, unguessable enough to be shown to agents. */
  readonly newId: () => string;
  readonly nowMs: () => number;
  /** Monotonic, in microseconds. */
  readonly nowUs: () => number;
  /** What is in force now; an arrival keeps the one it came under. */
  readonly snapshot: () => Snapshot;
  /** Hands a request to the worker that owns its state; `lost`: no answer came, and if not `delivered` it has seen nothing of it. */
  readonly relayToOwner: (arrival: Arrival, owner: string, lost: (delivered: boolean) => void) => void;
}

/** One judged request on its way. Mutable: it is the one thing that lives as long as the exchange. */
export interface Call {
  readonly id: string;
  readonly arrival: Arrival;
  /** As the agent sent it, and from its admission on as its server gets it. */
  inbound: Inbound;
  readonly question: Question;
  /** Who is asked; for several servers as one, the route itself (route-server.ts). */
  readonly server: Server;
  /** Names of the servers that are asked as one, of those that the agent may use; undefined where one server is asked. */
  readonly members: readonly string[] | undefined;
  /** What a session of the legacy era speaks with the server, where that is known: an older agent's answers are shaped. */
  serverRevision?: string | undefined;
  /** What the agent of a session of the legacy era declared that it can be asked for, where that is known. */
  declared?: readonly string[] | undefined;
  /** What the server asked of the agent and may not, by kind. */
  refusedQuestions?: string[] | undefined;
  /** Set where a person was asked: the question's id, the wait for an answer, and the approval once there is one. */
  approvalId?: string | undefined;
  wait?: Wait | undefined;
  approval?: HeldApproval | undefined;
  /** Sequence number of the decision in the log; the answer waits until it is durable. */
  decisionSeq: number;
  denied: boolean;
  /** The row of the error table with which the gateway ended it, if it did. */
  refusedWith: ErrorCode | undefined;
  /** The row that its result is marked with, where it was let through all the same. */
  markedWith?: ErrorCode | undefined;
  /** Its spans; undefined where it is not traced. */
  readonly trace: CallTrace | undefined;
  /** The stations of its way. */
  readonly times: CallTimes;
  forwardedUs: number;
  /** When the server's answer was complete. */
  answeredUs: number;
  answerBytes: number;
  /** Of what is handed on unread: how much has been sent. */
  sentBytes?: number | undefined;
  outcome: OutcomeStatus | undefined;
  /** SHA-256 of the arguments in their canonical form, and of the result as it was released; of one that came in pieces, as it comes. */
  argumentsDigest?: Uint8Array | undefined;
  releasedDigest?: Uint8Array | undefined;
  releasedHash?: Sha256 | undefined;
  /** What is gathered of its answer, to be sealed. */
  capturing?: Capturing | undefined;
  /** What was found in its request, by class, for later messages of it. */
  requestFindings?: FindingCounts | undefined;
  /** What its name holds and must not be written down, by type. */
  unwritable?: string | undefined;
  /** The arguments as the agent sent them, where others went to the server: what is judged of the call is judged by these. */
  sentArguments?: JsonValue | undefined;
  /** What looks into whatever its server says. */
  readonly inspecting: InspectingPorts;
  /** What the rules that let it through oblige to about its answer. */
  duties?: InspectionDuties | undefined;
  /** The record of how it ended is on disk before its last words leave. */
  isCritical?: boolean | undefined;
  /** What was found in it and in its answer, for the record. */
  findings?: CallFindings | undefined;
  /** What limits have let it take. */
  receipt?: Receipt | undefined;
  /** What was taken for this call and is given back when its outcome is known. */
  readonly atEnd: (() => void)[];
}
