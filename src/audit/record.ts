// What the audit log says, one JSON line per record, as data. It must never hold what was said: no argument,
// no result, no header value, no token; only who, where, which, by which rule, how it ended, how large and how long.
// How it is written: encode-record.ts. Field names and order are the format, version 1, pinned by test/pins/audit-record.test.ts.

import type { DecisionReason } from './decision-reasons.ts';

/** What was found of one type in a message, and what was done about it. Where and how often, never what. */
export interface RecordedFinding {
  /** Name of the detector, or why something was not looked into. */
  readonly type: string;
  readonly class: string;
  readonly count: number;
  /** Of the first of them. */
  readonly path: string;
  readonly action: string;
}

/** What policy decided about one request of an authenticated agent. Durable before the first byte of the answer. */
export interface DecisionRecord {
  readonly kind: 'decision';
  /** Audit id of the call: ties decision and outcome together, and is what an agent is told when the outcome is unknown. */
  readonly id: string;
  /** Epoch milliseconds, here and in every record. */
  readonly time: number;
  /** `ask`: a person has to approve it first, and it was not carried. */
  readonly verdict: 'allow' | 'ask' | 'deny';
  /** The rule that decided; undefined where none matched. */
  readonly rule: string | undefined;
  /** Why not. */
  readonly reason: DecisionReason | undefined;
  /** The limit that it was over. */
  readonly limit?: string | undefined;
  /** Labels of what the task had used before, where a rule looked at them. */
  readonly taint?: readonly string[] | undefined;
  /** What was found in the request; at most `MAX_RECORDED_FINDINGS`. */
  readonly findings?: readonly RecordedFinding[] | undefined;
  /** How many findings there were in all, where some of them are not listed. */
  readonly findingsTotal?: number | undefined;
  readonly tenant: string;
  /** Undefined where the privacy profile keeps names out of the record: then `subject` stands for it. */
  readonly agent: string | undefined;
  /** On whose behalf the agent acts, where it says so. */
  readonly user: string | undefined;
  /** Pseudonym of who it is about: the user, or the agent where there is none. Whose it is stands apart, and can be erased. */
  readonly subject?: string | undefined;
  readonly keyId: string;
  readonly listener: string;
  readonly server: string;
  readonly era: 'modern' | 'legacy';
  readonly revision: string;
  readonly method: string;
  readonly tool: string | undefined;
  /** Of the tool's definition that was approved last. */
  readonly fingerprint?: string | undefined;
  readonly prompt: string | undefined;
  /** The URI as the request has it; recorded without user info, query and fragment, and of a data URI only the type. */
  readonly resource: string | undefined;
  /** Revision of the snapshot the decision was made on. */
  readonly snapshot: number;
  readonly requestBytes: number;
  /** What the call is to the operator: how its record is kept, and what is shed first. */
  readonly class?: 'critical' | 'standard' | 'low' | undefined;
  /** Commitment to the canonical arguments, with the key that it was made with (commitment.ts). */
  readonly args?: Commitment | undefined;
  /** `bypassed`: nobody looked into what was said, and nothing of it was held. */
  readonly inspection?: 'bypassed' | undefined;
  /** What was sent was sealed for a purpose. */
  readonly capture?: RecordedCapture | undefined;
  /** Microseconds on the clock of the process, which nobody sets. */
  readonly mono?: number | undefined;
  /** The question to a person that it waits for, or by whose answer it was decided. */
  readonly approval?: string | undefined;
}

/** What a person said to a question about a call. The calls that were made by it name it in their decisions. */
export interface ApprovalRecord {
  readonly kind: 'approval';
  readonly time: number;
  readonly event: 'approved' | 'rejected';
  /** Id of the question. */
  readonly approval: string;
  /** The one act by which it was answered, maybe with others. */
  readonly act: string;
  /** Who: `key:` and the name of the key they showed, or `os:` and the user whose socket it was. */
  readonly by: string;
  readonly tenant: string;
  /** About whose call, and of what. */
  readonly agent: string;
  readonly user: string | undefined;
  readonly server: string;
  readonly tool: string | undefined;
  readonly prompt: string | undefined;
  readonly resource: string | undefined;
  /** The rule that asked. */
  readonly rule: string;
  /** When it was asked. */
  readonly since: number;
}

/** How an allowed call ended. A denied one has no outcome: its decision says it all. */
export interface OutcomeRecord {
  readonly kind: 'outcome';
  readonly id: string;
  readonly time: number;
  /** `tool_error`: a result with isError. `refused`: the gateway stopped it later. `unknown`: it was under way when the record was lost. */
  readonly status: 'ok' | 'tool_error' | 'rpc_error' | 'refused' | 'failed' | 'cancelled' | 'unknown';
  /** A code of base/errors.ts, where the gateway ended it. */
  readonly code: string | undefined;
  /** What the server asked of the agent and may not, by kind: the agent was not asked. */
  readonly questions?: readonly string[] | undefined;
  /** What was found in what came from the server; at most `MAX_RECORDED_FINDINGS`. */
  readonly findings?: readonly RecordedFinding[] | undefined;
  /** How many findings there were in all, where some of them are not listed. */
  readonly findingsTotal?: number | undefined;
  /** The JSON-RPC error code, where the server did. */
  readonly rpcCode: number | undefined;
  /** What was sent, of a call that was decided before that was known: nobody looked into it. */
  readonly requestBytes?: number | undefined;
  readonly answerBytes: number;
  /** Microseconds spent in the gateway, and waiting for the server. */
  readonly gatewayUs: number | undefined;
  readonly serverUs: number | undefined;
  /** Microseconds from its arrival until it went to the server, and until the first byte of the answer came. */
  readonly forwardedUs?: number | undefined;
  readonly firstByteUs?: number | undefined;
  /** Commitment to the result as it was released. */
  readonly answer?: Commitment | undefined;
  /** What was answered was sealed for a purpose. */
  readonly capture?: RecordedCapture | undefined;
  readonly mono?: number | undefined;
}

/** Lets someone who has the key, and only them, test whether a value that they know was the one. */
export interface Commitment {
  /** Name of the key: one for each subject and period. */
  readonly key: string;
  /** HMAC-SHA-256 under that key, base64url. */
  readonly mac: string;
}

/** What was sealed, and where it lies. */
export interface RecordedCapture {
  /** Id of the envelope in the vault. */
  readonly id: string;
  readonly purpose: string;
  /** Bytes of the envelope, and their SHA-256 in hex. */
  readonly bytes: number;
  readonly sha256: string;
}

/** What somebody did to the gateway, or to what it keeps: durable before they read that it is done. */
export interface ActRecord {
  readonly kind: 'act';
  readonly time: number;
  /** Id of the act. Several records of one act share it. */
  readonly act: string;
  /** What was done: `agents.add`, `keys.revoke`, `config.apply`, `vault.open`. */
  readonly action: string;
  /** `begun`: on record before it was done. Without another record of the same act, nobody knows how it ended. */
  readonly outcome: 'begun' | 'done' | 'refused' | 'failed';
  /** Who: `key:` and the name of the key they showed, `os:` and the user whose command it was, `gateway` for its own jobs. */
  readonly by: string;
  readonly via: 'api' | 'cli' | 'console' | 'file' | 'gateway';
  readonly tenant: string;
  /** What it was done to: a name, an id, a pseudonym. */
  readonly target: string | undefined;
  /** Why: as they said, or why not. */
  readonly reason: string | undefined;
  /** Figures and digests that tell what changed; never what was said in a call. At most `MAX_ACT_DETAILS`. */
  readonly details?: Readonly<Record<string, string | number>> | undefined;
}

/** A signed checkpoint over all records before this one, or fewer. */
export interface CheckpointRecord {
  readonly kind: 'checkpoint';
  readonly time: number;
  /** As note.ts writes it; on the line, as a list of its lines. */
  readonly note: string;
}

/** Requests refused before anyone was authenticated: one record per source and reason per minute, whatever their number. */
export interface RefusalSummary {
  readonly kind: 'refusals';
  readonly time: number;
  /** When the first of them came. */
  readonly since: number;
  /** An address, an IPv6 network of 64 bits, or `other`. */
  readonly source: string;
  readonly reason: string;
  readonly count: number;
}

/** From when one worker went by a lock, or did no more. Every worker says so for itself, and a new one for all that are in force. */
export interface LockdownRecord {
  readonly kind: 'lockdown';
  readonly time: number;
  /** `unreadable`: nobody could say what is locked, so everything was; `reason` says why. */
  readonly event: 'locked' | 'lifted' | 'unreadable';
  /** Id of the lock; empty with `unreadable`, and so are the names that follow. */
  readonly lock: string;
  readonly tenant: string;
  readonly subject: 'agent' | 'server' | 'tool' | 'all';
  /** What was locked, as it was written: a name or a glob. */
  readonly name: string;
  /** Who locked or lifted it, as they called themselves, and why. */
  readonly by: string;
  readonly reason: string;
  /** When it was asked for. */
  readonly since: string;
  /** How much of what this worker had open was cut. */
  readonly cut: number;
}

/** A person had what an agent has used before forgotten; each worker says so for itself. */
export interface FlowRecord {
  readonly kind: 'flow';
  readonly time: number;
  readonly event: 'cleared';
  readonly tenant: string;
  /** `*`: all agents. */
  readonly agent: string;
  /** Who wanted it, as they called themselves. */
  readonly by: string;
}

/** What the gateway appends. */
export type CallRecord = DecisionRecord | OutcomeRecord | ApprovalRecord | RefusalSummary | LockdownRecord | FlowRecord | ActRecord;

/** What the log says about itself. */
export type LogEvent =
  /** A process began to write. */
  | { readonly kind: 'log'; readonly event: 'opened'; readonly time: number; readonly writer: string }
  /** It ended in order: everything it took is above this line. */
  | { readonly kind: 'log'; readonly event: 'closed'; readonly time: number }
  /** The last write of the previous process was torn: these bytes are no records, and none of them had been acknowledged. */
  | {
      readonly kind: 'log';
      readonly event: 'recovered';
      readonly time: number;
      readonly file: string;
      readonly position: number;
      readonly bytes: number;
      readonly sha256: string;
    }
  /** From here on there is something that no torn write explains; it was left as it is, and verify names it. */
  | { readonly kind: 'log'; readonly event: 'damaged'; readonly time: number; readonly file: string; readonly position: number }
  /** The keeper has signed another log than this one: `why` as checkpointing.ts has it, up to record `signed`. It signs no more. */
  | {
      readonly kind: 'log';
      readonly event: 'disputed';
      readonly time: number;
      readonly why: string;
      readonly signed: number;
      /** When it signed that. */
      readonly since: number;
    }
  /** Records that could not be taken; the calls behind the decisions among them were denied. */
  | {
      readonly kind: 'log';
      readonly event: 'gap';
      readonly time: number;
      readonly since: number;
      readonly records: number;
      readonly reason: string;
    };

/** The first line of a segment. With it, a segment can be checked without the ones before it. */
export interface SegmentHead {
  readonly kind: 'segment';
  readonly time: number;
  /** Random name of this log, the same in all its segments. */
  readonly log: string;
  readonly slot: string;
  readonly number: number;
  readonly bytes: number;
  /** Chain hash of the last line before this segment. */
  readonly prev: string;
  /** Name of the node that writes, the same in all its logs. */
  readonly node?: string | undefined;
  /** The tree over all lines before this segment: the hashes of its compact range, in hex, largest first (merkle.ts). */
  readonly tree?: readonly string[] | undefined;
  /** How many calls are under way; their ids follow in `carried` lines, so that recovery needs no older segment. */
  readonly carried: number;
}

/** Ids of calls that were under way when the segment began. */
export interface CarriedCalls {
  readonly kind: 'carried';
  readonly time: number;
  readonly ids: readonly string[];
}

/** Everything that can stand on a line. */
export type AuditRecord = CallRecord | LogEvent | SegmentHead | CarriedCalls | CheckpointRecord;

/** A message can be made to hold findings without end; a line of the log cannot. */
export const MAX_RECORDED_FINDINGS = 16;
/** Details of one act. */
export const MAX_ACT_DETAILS = 12;
