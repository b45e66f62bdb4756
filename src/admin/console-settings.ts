// What signing in has to know of the console.

/** How the console is reached, how long people stay signed in, and what takes two of them. */
export interface ConsoleSettings {
  /** Undefined: it is switched off, or does not listen yet. */
  readonly url: string | undefined;
  readonly isSecure: boolean;
  readonly sessionMs: number;
  readonly idleMs: number;
  readonly separation: { readonly policy: 'one' | 'two' };
}
