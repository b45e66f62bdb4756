// What the exit code of `sallyport` says, for scripts. The numbers are a promise and pinned by test/pins.

/** Every exit code. */
export const EXIT = {
  /** It was done, and nothing is wrong. */
  ok: 0,
  /** The gateway, the policy or the server said no, a tool reported an error, or what was checked does not hold. */
  failed: 1,
  /** The command line makes no sense; nothing was tried. */
  usage: 2,
  /** The config file is missing or wrong. */
  config: 3,
  /** Nobody answers where the gateway should be. */
  unreachable: 4,
  /** It was asked for and no answer came: it may have been done. */
  unsure: 5,
  /** A fault of the program itself. */
  internal: 70,
} as const;

/** One of them. */
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
