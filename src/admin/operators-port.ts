// The operators port on a store: draws links, translates refusals, and tells who must know after each change. The text of a link passes through here once, on
// its way to the person.

import { fail, ok, sha256Hex } from '../base/index.ts';
import type { Result } from '../base/index.ts';
import type { OperatorEntry, OperatorRecord, OperatorRefusal, OperatorStore } from '../cluster/index.ts';
import type { ConsoleSettings } from './console-settings.ts';
import type { AddedOperator, LinkView, OperatorView } from './contract.ts';
import type { OperatorsPort, Writing } from './ports.ts';
import type { AdminProblem } from './problems.ts';

/** Long enough to be handed over, short enough not to be found later. */
export const LINK_MS = 60 * 60_000;
const LINK_BYTES = 32;
const UNSEEN = { seenMs: null, sessions: 0, linkEndsMs: null };

export interface OperatorsPortOptions {
  readonly store: () => OperatorStore | undefined;
  readonly tenant: string;
  /** Random bytes from a cryptographic source. */
  readonly randomBytes: (count: number) => Uint8Array;
  readonly nowMs: () => number;
  readonly settings: () => ConsoleSettings;
  /** Whether the console is served is known: it starts beside what carries calls, and may be a moment later. */
  readonly settled: () => Promise<void>;
  /** Called after every change, before anybody is told that it is made: whoever is signed out hears nothing any more by then. */
  readonly changed: () => Promise<void>;
}

const STARTING: AdminProblem = { code: 'unavailable', detail: 'The gateway is starting; try again.' };
const CONSOLE_OFF: AdminProblem = {
  code: 'console_off',
  detail:
    "A link leads to the console, and there is none: 'admin.listen' of the config switches it on, and the log says why where it does not start.",
};

/** Offers a store's operators as a port. */
export function createOperatorsPort({
  store,
  tenant,
  randomBytes,
  nowMs,
  settings,
  settled,
  changed,
}: OperatorsPortOptions): OperatorsPort {
  const list = async (operators: OperatorStore): Promise<{ readonly version: number; readonly operators: readonly OperatorEntry[] }> =>
    operators.list({ tenant, nowMs: nowMs(), idleMs: settings().idleMs });
  const known = async <T>(use: (operators: OperatorStore) => Promise<Result<T, AdminProblem>>): Promise<Result<T, AdminProblem>> => {
    const operators = store();
    return operators === undefined ? fail(STARTING) : use(operators);
  };
  /** As they stand once it is written; what nobody changes is as it was before. */
  const settle = async (
    operators: OperatorStore,
    name: string,
    { isDryRun = false }: Writing,
    work: () => Promise<Result<OperatorRecord, OperatorRefusal>>,
  ): Promise<Result<OperatorView, AdminProblem>> => {
    const entryOf = async (): Promise<OperatorEntry | undefined> => (await list(operators)).operators.find((one) => one.name === name);
    const before = await entryOf();
    const written = await work();
    if (!written.ok) return fail(toProblem(written.error, name));
    if (!isDryRun) await changed();
    return ok(toView({ ...UNSEEN, ...before, ...(await entryOf()), ...written.value }));
  };
  const link = async (operators: OperatorStore, name: string, forMs: number): Promise<Result<LinkView, AdminProblem>> => {
    await settled();
    return makeLink({ operators, tenant, randomBytes, nowMs, settings }, name, forMs);
  };

  return {
    list: () =>
      known(async (operators) => {
        const listed = await list(operators);
        return ok({ version: listed.version, operators: listed.operators.map(toView) });
      }),
    add: ({ name, role, groups, agents, link: wantsLink }, write = {}) =>
      known<AddedOperator>(async (operators) => {
        const record = { name, role, groups, agents, createdMs: nowMs() };
        const settled = await settle(operators, name, write, () => operators.add(record, { tenant, ...write }));
        if (!settled.ok) return settled;
        const made = wantsLink && write.isDryRun !== true ? await link(operators, name, LINK_MS) : undefined;
        if (made?.ok !== true) return ok({ operator: settled.value, link: null });
        return ok({ operator: { ...settled.value, linkExpiresAt: made.value.expiresAt }, link: made.value });
      }),
    change: (name, { role, groups, agents }, write = {}) =>
      known(async (operators) => {
        const asked = { ...(role && { role }), ...(groups && { groups }), ...(agents && { agents }) };
        return settle(operators, name, write, () => operators.change(name, asked, { tenant, ...write }));
      }),
    remove: (name, write = {}) => known((operators) => settle(operators, name, write, () => operators.remove(name, { tenant, ...write }))),
    link: (name) =>
      known(async (operators) => {
        const made = await link(operators, name, LINK_MS);
        await changed();
        return made;
      }),
    endSessions: (name) =>
      known(async (operators) => {
        const ended = await operators.endAll(name, { tenant, nowMs: nowMs(), idleMs: settings().idleMs });
        await changed();
        return ended === undefined ? fail(toProblem('operator_unknown', name)) : ok(ended);
      }),
  };
}

interface LinkMaker extends Pick<OperatorsPortOptions, 'tenant' | 'randomBytes' | 'nowMs' | 'settings'> {
  readonly operators: OperatorStore;
}

/** Draws a link for somebody. What signs in stands behind the `#`: no server, proxy or log on the way ever sees it, and no page that is left for another says it. */
export async function makeLink(
  { operators, tenant, randomBytes, nowMs, settings }: LinkMaker,
  operator: string,
  forMs: number,
): Promise<Result<LinkView, AdminProblem>> {
  const { url } = settings();
  if (url === undefined) return fail(CONSOLE_OFF);
  const text = Buffer.from(randomBytes(LINK_BYTES)).toString('base64url');
  const madeMs = nowMs();
  const isMade = await operators.setLink({ tenant, operator, sha256: sha256Hex(text), madeMs, endsMs: madeMs + forMs });
  if (!isMade) return fail(toProblem('operator_unknown', operator));
  return ok({ url: `${url}/sign-in#${text}`, expiresAt: timeOf(madeMs + forMs) });
}

function toView({ name, role, groups, agents, createdMs, seenMs, sessions, linkEndsMs }: OperatorEntry): OperatorView {
  return {
    name,
    role,
    groups: [...groups],
    agents: [...agents],
    createdAt: timeOf(createdMs),
    seenAt: seenMs === null ? null : timeOf(seenMs),
    sessions,
    linkExpiresAt: linkEndsMs === null ? null : timeOf(linkEndsMs),
  };
}

function toProblem(refusal: OperatorRefusal, name: string): AdminProblem {
  switch (refusal) {
    case 'operator_exists':
      return { code: 'operator_exists', detail: `There is an operator '${name}' already. Choose another name, or make another link.` };
    case 'operator_unknown':
      return { code: 'operator_unknown', detail: `There is no operator '${name}'.` };
    case 'last_admin':
      return { code: 'last_admin', detail: `'${name}' is the only admin. Make somebody else one first.` };
    case 'too_many':
      return { code: 'malformed', detail: 'There are as many operators as there may be. Remove one who is not needed any more.' };
    case 'version_changed':
      return {
        code: 'version_changed',
        detail: 'Somebody else changed the operators in between. List them again and repeat what is still wanted.',
      };
    default:
      return refusal satisfies never;
  }
}

function timeOf(ms: number): string {
  return new Date(ms).toISOString();
}
