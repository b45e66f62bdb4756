// The sessions port on a store: who a browser's request is from, signing in with a link, and signing out. What a browser holds is nowhere here but in its
// requests: the store has a SHA-256 of it, so that looking it up is comparing digests, whose time tells nothing of what they are of.

import { timingSafeEqual } from 'node:crypto';
import { fail, hmacSha256, ok, sha256Hex } from '../base/index.ts';
import type { Result } from '../base/index.ts';
import type { OperatorRecord, OperatorStore, SessionRecord } from '../cluster/index.ts';
import { performAct } from './acts.ts';
import type { ActsOnRecord } from './acts.ts';
import type { ConsoleSettings } from './console-settings.ts';
import { API_PREFIX, CSRF_HEADER, ENDPOINTS } from './contract.ts';
import type { EndpointName, SessionView } from './contract.ts';
import type { SessionsPort } from './ports.ts';
import type { AdminProblem } from './problems.ts';
import { mayUse } from './roles.ts';
import type { Role } from './roles.ts';
import { clearCookie, readCookie, writeCookie } from './session-cookie.ts';
import type { SessionWatch } from './session-watch.ts';
import type { SignedIn, Visit } from './visit.ts';

export interface SessionsPortOptions {
  readonly store: () => OperatorStore | undefined;
  readonly tenant: string;
  /** Random bytes from a cryptographic source. */
  readonly randomBytes: (count: number) => Uint8Array;
  readonly nowMs: () => number;
  readonly settings: () => ConsoleSettings;
  readonly watch: SessionWatch;
  /** Where it is on record that somebody has signed in. */
  readonly record: ActsOnRecord;
  /** Of the gateway. */
  readonly version: string;
}

const SESSION_BYTES = 32;
/** Seen to a minute, or to a part of the time that may pass: not every request is worth a write. */
const SEEN_MS = 60_000;
const SEEN_PARTS = 20;
const GUEST: Visit = { signedIn: undefined };
const STARTING: AdminProblem = { code: 'unavailable', detail: 'The gateway is starting; try again.' };
const LINK_REFUSED: AdminProblem = {
  code: 'link_refused',
  detail: "It was used before, is over, or was replaced by another. Ask an admin for a new one, or make one with 'sallyport console'.",
};
const NOT_OURS: AdminProblem = {
  code: 'cross_site',
  detail: `What changes anything carries ${CSRF_HEADER} with the value that ${API_PREFIX}/session gives.`,
};

/** Offers signing in on a store. */
export function createSessionsPort(options: SessionsPortOptions): SessionsPort {
  const { store, tenant, randomBytes, nowMs, settings, watch, record, version } = options;

  const stands = (): { tenant: string; nowMs: number; idleMs: number } => ({ tenant, nowMs: nowMs(), idleMs: settings().idleMs });
  const toSignedIn = (value: string, { operator, linkMs, endsMs }: SessionRecord): SignedIn => {
    const session = sha256Hex(value);
    return {
      operator: toOperator(operator),
      session,
      sinceMs: linkMs,
      csrf: csrfOf(value),
      expiresAt: new Date(endsMs).toISOString(),
      onEnd: (listener) => watch.onEnd(session, listener),
    };
  };
  const view = ({ operator, csrf, expiresAt }: Pick<SignedIn, 'operator' | 'csrf' | 'expiresAt'>): SessionView => ({
    operator: operator.name,
    role: operator.role,
    groups: [...operator.groups],
    agents: [...operator.agents],
    mayUse: usableBy(operator.role),
    csrf,
    expiresAt,
    idleMinutes: Math.round(settings().idleMs / 60_000),
    separation: { ...settings().separation },
    version,
  });
  const begin = async (
    operators: OperatorStore,
    linkSha256: string,
  ): Promise<Result<{ session: SessionView; cookie: string }, AdminProblem>> => {
    const value = Buffer.from(randomBytes(SESSION_BYTES)).toString('base64url');
    const beginsMs = nowMs();
    const { sessionMs } = settings();
    const endsMs = beginsMs + sessionMs;
    const operator = await operators.begin({ tenant, linkSha256, sha256: sha256Hex(value), beginsMs, endsMs });
    if (operator === undefined) return fail(LINK_REFUSED);
    const session = view({ operator: toOperator(operator), csrf: csrfOf(value), expiresAt: new Date(endsMs).toISOString() });
    return ok({ session, cookie: writeCookie(value, settings(), Math.floor(sessionMs / 1000)) });
  };

  return {
    identify: async ({ method, path, cookie, csrf }) => {
      if (method === ENDPOINTS.signIn.method && path === API_PREFIX + ENDPOINTS.signIn.path) return ok(GUEST);
      const value = readCookie(cookie, settings());
      const operators = store();
      if (value === undefined) return ok(GUEST);
      if (operators === undefined) return fail(STARTING);
      const found = await operators.session(sha256Hex(value), stands());
      if (found === undefined) return ok(GUEST);
      const signedIn = toSignedIn(value, found);
      if (method !== 'GET' && !isEqual(csrf ?? '', signedIn.csrf)) return fail(NOT_OURS);
      if (nowMs() - found.seenMs >= Math.min(SEEN_MS, settings().idleMs / SEEN_PARTS)) await operators.touch(signedIn.session, nowMs());
      return ok({ signedIn });
    },
    signIn: async ({ link }) => {
      const operators = store();
      if (operators === undefined) return fail(STARTING);
      const linkSha256 = sha256Hex(link);
      // Only who shows a link that stands gets anything on record: a stranger could fill the log with guesses.
      const operator = await operators.whoseLink(tenant, linkSha256, nowMs());
      if (operator === undefined) return fail(LINK_REFUSED);
      const { name, role } = operator;
      const act = {
        action: 'session.begin',
        kind: 'change',
        by: `operator:${name}`,
        via: 'console',
        tenant,
        target: name,
        details: { role },
      } as const;
      return performAct(record, act, () => begin(operators, linkSha256));
    },
    read: async (signedIn) => ok(view(signedIn)),
    signOut: async ({ session, operator }) => {
      const operators = store();
      if (operators === undefined) return fail(STARTING);
      await operators.end(session);
      await watch.check();
      return ok({ operator: operator.name, cookie: clearCookie(settings()) });
    },
  };
}

function toOperator({ name, role, groups, agents }: OperatorRecord): SignedIn['operator'] {
  return { name, role, groups, agents };
}

function usableBy(role: Role): string[] {
  return Object.keys(ENDPOINTS).filter((name) => mayUse(role, name as EndpointName));
}

/** Made from what the browser holds, so that it is kept nowhere. Whoever has it cannot tell the session from it. */
function csrfOf(value: string): string {
  return Buffer.from(hmacSha256(Buffer.from(value), 'sallyport-csrf')).toString('base64url');
}

function isEqual(shown: string, wanted: string): boolean {
  const [a, b] = [Buffer.from(shown), Buffer.from(wanted)];
  return a.length === b.length && timingSafeEqual(a, b);
}
