// What control asks of the threads that read the record, and what they answer: plain data, since it goes from one thread to another. Nothing of the record is
// read in control's own thread, which has calls' approvals and the kill switch to answer for.

import type { RecordView, VerificationReport } from '../../admin/index.ts';
import type { AgentRecord } from '../../agents/index.ts';
import type { CountBy, CountedGroup, EntryFilter, EntryPlace, EntryQuery, ExportFormat, UnplacedLines } from '../../audit/index.ts';
import type { ConfigShard } from '../../config/index.ts';
import type { PolicyDocument, ReplayReport } from '../../policies/index.ts';
import type { ToolGuess } from '../../tools/index.ts';

/** Whether names stand in no answer, because it takes two people to learn whose a pseudonym is. */
interface Guarded {
  readonly hidesNames: boolean;
}

/** A checkpoint, as far as a reader wants to know. */
export interface SignedUpTo {
  readonly records: number;
  /** Epoch milliseconds. */
  readonly atMs: number;
}

/** What a log says of one entry. */
export interface FoundStory {
  readonly record: RecordView;
  /** Members that a view of the record has no place for. */
  readonly details: Readonly<Record<string, string | number>>;
  readonly hops: readonly FoundHop[];
  readonly related: readonly RecordView[];
  readonly lines: readonly { readonly seq: number; readonly text: string }[];
  readonly signed: SignedUpTo | undefined;
}

/** A station of a call; `us`: microseconds since it was received, where the record says so. */
export interface FoundHop {
  readonly hop: 'received' | 'decided' | 'forwarded' | 'answering' | 'answered';
  readonly atMs: number;
  readonly us: number | undefined;
}

/** Questions with one answer, by name. */
export interface RecordAsks {
  readonly list: {
    readonly ask: Guarded & { readonly query: EntryQuery & { readonly limit: number } };
    readonly answer: {
      readonly records: readonly RecordView[];
      /** Undefined: there are no more. */
      readonly next: EntryPlace | undefined;
      readonly unplaced: readonly UnplacedLines[];
    };
  };
  readonly count: {
    readonly ask: { readonly filter: EntryFilter; readonly by: CountBy; readonly smallestGroup: number };
    readonly answer: readonly CountedGroup[];
  };
  /** Undefined: there is no such entry. */
  readonly read: {
    readonly ask: Guarded & { readonly log: string; readonly seq: number };
    readonly answer: FoundStory | undefined;
  };
  /** The proof as text, or why there is none. */
  readonly prove: {
    readonly ask: Guarded & { readonly log: string; readonly seq: number };
    readonly answer: { readonly proof: string } | { readonly refusal: string; readonly why: 'unknown' | 'unsigned' | 'two' };
  };
  readonly verify: {
    readonly ask: { readonly anchors: readonly string[] };
    readonly answer: VerificationReport;
  };
  /** What another policy would have decided otherwise. */
  readonly replay: {
    readonly ask: {
      readonly policy: PolicyDocument;
      readonly servers: ConfigShard['servers'];
      /** Of approved tools, by server. */
      readonly guesses: readonly (readonly [string, readonly ToolGuess[]])[];
      readonly agents: readonly Pick<AgentRecord, 'name' | 'groups' | 'attributes'>[];
      readonly fromMs: number;
      readonly toMs: number | undefined;
      /** Agents may not be told apart. */
      readonly isTogether: boolean;
    };
    readonly answer: Omit<ReplayReport, 'ungrouped'> & { readonly omitted: number };
  };
}

/** Questions whose answer comes in pieces of text. */
export interface RecordStreams {
  readonly export: Guarded & { readonly filter: EntryFilter; readonly format: ExportFormat; readonly version: string };
}

export type AskName = keyof RecordAsks;
export type StreamName = keyof RecordStreams;

/** To a thread. `more`: the piece before was taken. */
export type ToThread =
  | { readonly [Name in AskName]: { readonly id: number; readonly name: Name; readonly ask: RecordAsks[Name]['ask'] } }[AskName]
  | { readonly [Name in StreamName]: { readonly id: number; readonly name: Name; readonly ask: RecordStreams[Name] } }[StreamName]
  | { readonly id: number; readonly name: 'more' };

/** From a thread. `piece` undefined: that was the last. `progress` is of a question; `building` of the index, whoever asked. */
export type FromThread =
  | { readonly id: number; readonly what: 'answer'; readonly answer: unknown }
  | { readonly id: number; readonly what: 'piece'; readonly piece: string | undefined }
  | { readonly id: number; readonly what: 'fault'; readonly fault: string }
  | { readonly id: number; readonly what: 'progress'; readonly done: number; readonly total: number }
  | { readonly what: 'building'; readonly percent: number | undefined };
