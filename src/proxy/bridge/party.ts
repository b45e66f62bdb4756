// The one form in which the bridges talk to each other: a request in the modern form, and what comes of it. A server that speaks the
// modern era is asked directly; one that does not is asked through a session that the gateway holds (legacy-servers.ts); several are asked
// as one (aggregate). An agent of the legacy era is played to by a session of ours that asks in this form (played-session.ts). So every
// pairing is made of the same few parts, and each message is judged in the same place.

import type { Message, MessageId, ModernRequest } from '../../mcp/index.ts';
import type { Call, OutcomeStatus } from '../exchange.ts';
import type { Refused } from '../rescue.ts';

type Of<Kind extends Message['kind']> = Extract<Message, { kind: Kind }>;
export type RequestMessage = Of<'request'>;
export type NoteMessage = Of<'notification'>;
export type FinalMessage = Of<'result' | 'error'>;

/** A request in the modern form, on its way to one server, whatever that speaks. */
export interface Ask {
  /** The judged request that this belongs to; `call.server` is who is asked. */
  readonly call: Call;
  /** Exactly the bytes that were permitted. Its id is the asker's: answers carry it again. */
  readonly message: RequestMessage;
  /** What `message` says about itself: method, revision, name, capabilities, log level, progress token. */
  readonly request: ModernRequest;
  /** Keeps state at the server apart from other askers with the same principal (a legacy session's number); '' shares it. */
  readonly scope: string;
}

/** What was done once for all who hear the same: what it changes is known to the catalogue. */
export interface SharedLook {
  /** Nothing was found in it. */
  readonly isClean: boolean;
}

/** Who listens to what comes of an ask. After `final` or `fail` nothing more is said. */
export interface Hearing {
  /** It takes no more now; `Asking.resume` is called when it does. */
  readonly full: boolean;
  /** A notification in the modern form, with the ask's own progress token or subscription id. `shared`: it is said to others as well. */
  note(said: NoteMessage, shared?: SharedLook): void;
  /** The answer in the modern form, under the ask's id. */
  final(said: FinalMessage): void;
  /** There is none. `unknown`: the server may have acted on it. */
  fail(refused: Refused, outcome: Extract<OutcomeStatus, 'refused' | 'failed' | 'unknown'>): void;
}

/** An ask under way. */
export interface Asking {
  /** Nobody wants the answer any more: the request is cancelled at the server, in the way of its era. */
  giveUp(): void;
  /** The listener, who was full, takes more again. */
  resume(): void;
}

/** An ask that is over before it began. */
export const OVER: Asking = Object.freeze({ giveUp: () => {}, resume: () => {} });

/** What a session of the legacy era with one server says, whatever carries it. */
export interface LegacyLinkEvents {
  /** A message. `on`: the id of our request on whose stream it came, where the transport has streams. */
  onMessage(said: Message, on: MessageId | undefined): void;
  /** Our request will never be answered. Not `delivered`: the server has not seen it. `expired`: it does not know the session any more. */
  onLost(id: MessageId, refused: Refused, state: 'delivered' | 'not-delivered' | 'expired'): void;
  /** The session is over, and nothing can be sent on it. Called once; after `onLost` for whatever was under way. */
  onEnd(text: string): void;
}

/** A session of the legacy era with one server, before and after initialize. Ids of requests are the caller's, unique on the link. */
export interface LegacyLink {
  /** Messages come on the stream of the request that they belong to; without that, `on` is always undefined. */
  readonly hasStreams: boolean;
  send(message: Message): void;
  /** The revision that initialize settled on. */
  agree(revision: string): void;
  /**
   * Asks for messages that belong to no request, where these need a stream of their own; tells whether the server has them, and
   * tells it again, with false, when they have ended for good. Without a wait where they need no stream.
   */
  listen(offered: (yes: boolean) => void): void;
  /** Nobody wants them any more; a stream that carries them is closed. */
  unlisten(): void;
  /** Gives up waiting for the answer to our request; whoever calls has said so to the server. */
  forget(id: MessageId): void;
  pause(): void;
  resume(): void;
  /** Ends the session at the server. */
  close(): void;
}

/** Opens a link; nothing has been sent on it. */
export type OpenLegacyLink = (events: LegacyLinkEvents) => LegacyLink;
