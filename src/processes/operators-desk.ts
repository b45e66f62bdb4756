// Control's end of signing in: the people who use the console, and what has to know when one of them is signed out.

import { randomBytes } from 'node:crypto';
import { createAgentPagesPort, createOperatorsPort, createSessionsPort, createSessionWatch, firstLink } from '../admin/index.ts';
import type { ActKeeper, ConsoleSettings, GatewayPorts, LinkView } from '../admin/index.ts';
import type { OperatorStore, Store } from '../cluster/index.ts';
import type { AdminConfig } from '../config/index.ts';

export interface OperatorsDeskOptions {
  readonly store: () => Store | undefined;
  readonly keeper: ActKeeper;
  readonly nowMs: () => number;
  readonly version: string;
  /** Of the config in force. */
  readonly admin: () => AdminConfig | undefined;
  /** Where the console is; undefined: nowhere, or not yet. */
  readonly url: () => string | undefined;
  /** Whether it is anywhere is known. */
  readonly settled: () => Promise<void>;
}

export interface OperatorsDesk {
  readonly ports: Pick<GatewayPorts, 'agentPages' | 'operators' | 'sessions'>;
  /** For what is printed when a gateway starts; undefined: somebody can sign in already, or there is no console. */
  firstLink(): Promise<LinkView | undefined>;
  close(): void;
}

/** As the schema of the config has them; needed only where there is no console to sign in to. */
const WITHOUT_CONSOLE: ConsoleSettings = {
  url: undefined,
  isSecure: false,
  sessionMs: 12 * 3_600_000,
  idleMs: 3_600_000,
  separation: { policy: 'one' },
};

export function createOperatorsDesk({ store, keeper, nowMs, version, admin, url, settled }: OperatorsDeskOptions): OperatorsDesk {
  const { tenant } = keeper;
  const operators = (): OperatorStore | undefined => store()?.operators;
  const settings = (): ConsoleSettings => {
    const config = admin();
    if (config?.listen === undefined) return WITHOUT_CONSOLE;
    const { tls, sessionHours, idleMinutes, separation } = config;
    return { url: url(), isSecure: tls.kind !== 'off', sessionMs: sessionHours * 3_600_000, idleMs: idleMinutes * 60_000, separation };
  };
  const watch = createSessionWatch(async (session) => {
    const found = await operators()?.session(session, { tenant, nowMs: nowMs(), idleMs: settings().idleMs });
    return found !== undefined;
  });
  const base = { tenant, randomBytes, nowMs, settings };

  return {
    ports: {
      agentPages: createAgentPagesPort(store, tenant),
      operators: createOperatorsPort({
        ...base,
        store: operators,
        settled,
        changed: () => watch.check(),
      }),
      sessions: createSessionsPort({ ...base, store: operators, watch, record: keeper, version }),
    },
    firstLink: async () => {
      const opened = operators();
      return opened === undefined ? undefined : firstLink({ ...base, operators: opened, owner: keeper.owner });
    },
    close: () => watch.close(),
  };
}
