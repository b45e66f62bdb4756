// The config most tests start from: two workers, a free loopback port, and everybody may do and ask everything unless the test says else.

/** What differs from test to test. */
export interface TestConfig {
  readonly servers: Readonly<Record<string, object>>;
  /** Rules in place of the one that allows everything. */
  readonly rules?: readonly object[];
  readonly limits?: Readonly<Record<string, number>>;
  /** Further members of the listener. */
  readonly listener?: object;
  /** Further members of the config. */
  readonly extra?: object;
}

/** What a server may ask of agents that may ask for anything. */
export const ASKS_ANYTHING = { forms: 'any', urls: ['*'], sampling: true, roots: true } as const;

/** Members of a config whose console is on a free port. */
export const WITH_CONSOLE = { admin: { listen: '127.0.0.1:0' } } as const;

/** A rule that allows everything to everybody. */
export const ALLOW_ALL = { name: 'everything', effect: 'allow', agents: ['*'], servers: ['*'] } as const;

/** Builds a config. */
export function testConfig(options: TestConfig): object {
  return {
    version: 1,
    workers: 2,
    listen: [{ address: '127.0.0.1:0', ...options.listener }],
    servers: Object.fromEntries(Object.entries(options.servers).map(([name, server]) => [name, { asks: ASKS_ANYTHING, ...server }])),
    ...(options.limits !== undefined && { limits: options.limits }),
    policy: { rules: options.rules ?? [ALLOW_ALL] },
    ...options.extra,
  };
}

/**
 * The text of a config file for a gateway that runs beside others: a console has one usual address, which only one of them can have, so a config
 * that does not say where its console is gets none. What is added to a text stands behind it, so that its lines keep their numbers.
 */
export function toConfigText(config: string | object): string {
  if (typeof config === 'object') return JSON.stringify('admin' in config ? config : { ...config, admin: { listen: 'off' } }, null, 2);
  const isFlow = config.trimStart().startsWith('{');
  return isFlow || /^admin:/m.test(config) ? config : `${config.trimEnd()}\nadmin: { listen: off }\n`;
}
