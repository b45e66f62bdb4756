// Who asks, and who comes by way of the console. Whoever comes by the admin socket makes no visit: they may do everything.

import type { Secret } from '../base/index.ts';
import type { Actor } from './acts.ts';
import type { Role } from './role-names.ts';
import type { Standing } from './roles.ts';

/** A person who is signed in. */
export interface Operator {
  readonly name: string;
  readonly role: Role;
  /** For rules that say who approves. */
  readonly groups: readonly string[];
  /** Agents that act for them. */
  readonly agents: readonly string[];
}

/** By which session somebody is signed in. */
export interface SignedIn {
  readonly operator: Operator;
  /** SHA-256 of what the cookie holds: the session's name, which opens nothing. */
  readonly session: string;
  /** Since when they could sign in like this: when the link was made. */
  readonly sinceMs: number;
  /** What a page of ours sends back with whatever changes anything; another site's page cannot know it. */
  readonly csrf: string;
  /** RFC 3339, UTC. */
  readonly expiresAt: string;
  /** Calls once when the session ends, within seconds where it has ended already: what streams to it must stop. Gives back what takes the listener away. */
  onEnd(listener: () => void): () => void;
}

/** Who asks: on this side of the socket by the key that they show, on the other as they stand on record. */
export interface Asking {
  readonly key?: Secret | undefined;
  /** Who is signed in to the console; then no key is looked at. */
  readonly signedIn?: SignedIn | undefined;
  readonly actor?: Actor;
}

/** One request of a browser. */
export interface Visit {
  /** Undefined: nobody is signed in. */
  readonly signedIn: SignedIn | undefined;
}

/** What a browser shows of who it is. */
export interface Shown {
  readonly method: string;
  /** With prefix, without query. */
  readonly path: string;
  /** The `cookie` header. */
  readonly cookie: string | undefined;
  /** The `sallyport-csrf` header. */
  readonly csrf: string | undefined;
}

/** As what somebody comes. */
export function standingOf({ signedIn }: Visit): Standing {
  return signedIn?.operator.role ?? 'guest';
}
