// The shapes of an admission: what wants to go to a server, what each step says to it, and what comes of it.

import type { Principal } from '../../agents/index.ts';
import type { DecisionReason } from '../../audit/index.ts';
import type { Snapshot } from '../../config/index.ts';
import type { FindingCounts, Found } from '../../inspection/index.ts';
import type { Edit, JsonObject } from '../../mcp/index.ts';
import type { Allow, Verdict } from '../../policies/index.ts';
import type { Call, Ports } from '../exchange.ts';
import type { Treatment } from '../inspection/treat.ts';
import type { Refused } from '../rescue.ts';

/** A request that wants to go to a server. */
export interface Wanting {
  readonly call: Call;
  /** Of the message that would be sent. */
  readonly params: JsonObject | undefined;
  /** All of it; empty where there is no message. */
  readonly bytes: Uint8Array;
  /** A later message of a call that was admitted before, like a round with an agent's answers: nothing is taken for it again. */
  readonly isLater: boolean;
}

/** Why a request does not go to a server. */
export interface NotAdmitted {
  /** `ask`: a person has to approve it first. */
  readonly verdict: 'deny' | 'ask';
  /** The rule that decided; undefined where it was none. */
  readonly rule: string | undefined;
  /** The limit that it is over. */
  readonly limit?: string;
  /** For the record. */
  readonly reason: DecisionReason;
  /** What the agent reads. */
  readonly refused: Refused;
}

/** One request on its way through the steps. Later steps read what earlier ones have found out. */
export interface Admission extends Wanting {
  /** What is in force, and the caller as it stands, when the steps began; both anew with `again`. */
  snapshot: Snapshot;
  principal: Principal;
  /** Labels of what the task has used before, where a rule looks at them. */
  taint: readonly string[] | undefined;
  /** What is in the request, and how much of it by class, once somebody has looked. */
  found: readonly Found[] | undefined;
  findings: FindingCounts | undefined;
  /** That is on record. */
  isNoted: boolean;
  /** What is done about it. */
  treatment: Treatment | undefined;
  /** What policy says; known to the steps behind it. */
  verdict: Verdict | undefined;
  /** Goes on behind a step that said `LATER`, or ends. Never from within the step itself. */
  proceed(refusal: NotAdmitted | undefined): void;
  /** Instead of `proceed`: all steps from the first, under what is in force now, because much may have changed during a wait. */
  again(): void;
  /** Set by a step that waits and must know when the agent has hung up; the admission is over then. */
  onAbandoned: (() => void) | undefined;
}

/** A step will call `proceed` or `again`, once, later. */
export const LATER: unique symbol = Symbol('later');

/** What a step says: go on, no, or later. */
export type Stepped = NotAdmitted | undefined | typeof LATER;

/** One thing that stands between a request and its server. At once wherever it can: every call passes here. */
export type Step = (admission: Admission, ports: Ports) => Stepped;

/** What comes of an admission. */
export type Admitted =
  | {
      readonly kind: 'admitted';
      readonly allow: Allow;
      readonly principal: Principal;
      readonly snapshot: Snapshot;
      readonly taint: readonly string[] | undefined;
      /** Edits to make before it is sent. */
      readonly edits: readonly Edit[];
    }
  | ({ readonly kind: 'refused'; readonly taint: readonly string[] | undefined } & NotAdmitted);

/** An admission under way, for whoever hears that the agent has hung up. */
export interface Pending {
  abandon(): void;
}
