// One run of the official suite, in either role.

/** With or without the gateway in between. */
export type Side = 'direct' | 'through';

/**
 * The fixture in its variants: which eras it speaks, and over what; a route that shows the modern one and a server of the legacy era as
 * one; and a modern server with the Tasks extension, which the SDK's has not.
 */
export const STANDS = ['dual', 'modern', 'legacy', 'modern-stdio', 'legacy-stdio', 'several', 'tasks'] as const;
export type Stand = (typeof STANDS)[number];

/** What a leg is run against. */
export interface Ends {
  /** Where a fixture is reached; directly, only what is reached over HTTP. */
  server(stand: Stand, side: Side): string;
  /** What our client is told beside its era, when the suite is the server of this leg. */
  client(leg: string, side: Side): readonly string[];
}

/** One run of the suite. */
export interface Leg {
  readonly name: string;
  /** `same`: agent and server share an era; it is run directly as well, and every check must end alike. `bridge`: only the gateway makes it possible. */
  readonly kind: 'same' | 'bridge';
  /** The role that the suite does not play. */
  readonly tests: 'server' | 'client';
  /** Arguments for the suite, beside the output folder. */
  args(ends: Ends, side: Side): readonly string[];
  /** Scenarios without a single failed check or warning, or the leg has failed. `all`: every scenario that the leg runs. */
  readonly required: readonly string[] | 'all';
  /** How many required scenarios must at least pass and how many of their checks, so that a suite that runs nothing does not pass. */
  readonly atLeast: { readonly scenarios: number; readonly checks: number };
}
