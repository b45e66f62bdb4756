// The agents port on a store: issues keys, translates refusals, and tells who must know after each change. The text of a key passes
// through here once, on its way to the person; it is never stored or logged.

import { createKey } from '../agents/index.ts';
import type { AgentKey, AgentRecord, NewKey } from '../agents/index.ts';
import { fail, GatewayError, ok } from '../base/index.ts';
import type { Result } from '../base/index.ts';
import type { Store, StoreRefusal } from '../cluster/index.ts';
import type { AgentView, IssuedKey, KeyInput } from './contract.ts';
import type { AgentPagesPort, AgentsPort, Writing } from './ports.ts';
import type { AdminProblem } from './problems.ts';

const MAX_KEYS = 64;
const KEY_BYTES = 32;
const STARTING: AdminProblem = { code: 'unavailable', detail: 'The gateway is starting; try again.' };

export interface AgentsPortOptions {
  readonly store: Store;
  readonly tenant: string;
  /** Random bytes from a cryptographic source. */
  readonly randomBytes: (count: number) => Uint8Array;
  readonly now: () => Date;
  /**
   * Called after every change. The answer to the change waits for it: whoever is told that a key works may use it at once, and a key
   * that is reported revoked no longer works anywhere.
   */
  readonly changed: () => Promise<void>;
}

/** Offers a store's agents as a port. */
export function createAgentsPort(options: AgentsPortOptions): AgentsPort {
  const { store, tenant } = options;

  /** Translates what the store said and, when something changed, waits until it is known everywhere. */
  const settle = async <T, U>(
    result: Result<T, StoreRefusal>,
    { isDryRun = false }: Writing,
    view: (value: T) => U,
  ): Promise<Result<U, AdminProblem>> => {
    if (!result.ok) return fail(toProblem(result.error));
    if (!isDryRun) await options.changed();
    return ok(view(result.value));
  };

  /** Draws a key; refuses one that would never work. */
  const issue = (input: KeyInput): Result<{ readonly drawn: NewKey; readonly stored: AgentKey }, AdminProblem> => {
    const now = options.now();
    if (input.expiresAt !== null && Date.parse(input.expiresAt) <= now.getTime()) {
      return fail({ code: 'malformed', detail: `The key would expire at ${input.expiresAt}, which is past. Give a later time.` });
    }
    const drawn = createKey(options.randomBytes(KEY_BYTES));
    const { id, sha256 } = drawn;
    return ok({ drawn, stored: { id, sha256, label: input.label, createdAt: now.toISOString(), expiresAt: input.expiresAt } });
  };

  /** Keys that have expired give up their place to new ones. True: there is no room all the same. */
  const makeRoom = async (name: string, { isDryRun = false }: Writing): Promise<boolean> => {
    const { agents } = await store.agents(tenant);
    const keys = agents.find((agent) => agent.name === name)?.keys ?? [];
    if (keys.length < MAX_KEYS) return false;
    const now = options.now();
    const expired = keys.filter(({ expiresAt }) => expiresAt !== null && Date.parse(expiresAt) <= now.getTime());
    if (!isDryRun) for (const { id } of expired) await store.revokeKeys(name, id, now, { tenant });
    return keys.length - expired.length >= MAX_KEYS;
  };

  return {
    list: async () => {
      const { version, agents } = await store.agents(tenant);
      return ok({ version, agents: agents.map(toView) });
    },
    add: async (input, write = {}) => {
      const { name, groups, attributes, priority } = input;
      const issued = input.key === null ? undefined : issue(input.key);
      if (issued?.ok === false) return issued;
      const keys = issued === undefined ? [] : [issued.value.stored];
      const added = await store.addAgent({ tenant, name, groups, attributes, priority, keys }, write);
      return settle(added, write, (agent) => ({
        agent: toView(agent),
        key: issued === undefined ? null : toIssued(issued.value.stored, issued.value.drawn, write),
      }));
    },
    change: async (name, input, write = {}) => settle(await store.changeAgent(name, input, { tenant, ...write }), write, toView),
    remove: async (name, write = {}) => settle(await store.removeAgent(name, { tenant, ...write }), write, toView),
    addKey: async (name, input, write = {}) => {
      const issued = issue(input);
      if (!issued.ok) return issued;
      const full = await makeRoom(name, write);
      if (full) return fail({ code: 'too_many_keys', detail: `Agent '${name}' has ${MAX_KEYS} keys. Revoke one that is no longer used.` });
      const added = await store.addKey(name, issued.value.stored, { tenant, ...write });
      return settle(added, write, () => toIssued(issued.value.stored, issued.value.drawn, write));
    },
    revokeKeys: async (name, id, write = {}) =>
      settle(await store.revokeKeys(name, id, options.now(), { tenant, ...write }), write, (ids) => ids),
  };
}

/** Offers a store's agents page by page. */
export function createAgentPagesPort(store: () => Store | undefined, tenant: string): AgentPagesPort {
  return {
    list: async ({ search = '', limit, cursor = '' }) => {
      const opened = store();
      if (opened === undefined) return fail(STARTING);
      const { version, agents, next, total } = await opened.agentPage(tenant, { search, limit, after: cursor });
      return ok({ version, agents: agents.map(toView), next, total });
    },
    read: async (name) => {
      const opened = store();
      if (opened === undefined) return fail(STARTING);
      const { version, agent } = await opened.agent(tenant, name);
      return agent === undefined ? fail(toProblem({ kind: 'agent_unknown', agent: name })) : ok({ version, agent: toView(agent) });
    },
  };
}

function toView(agent: AgentRecord): AgentView {
  return {
    name: agent.name,
    groups: [...agent.groups],
    attributes: { ...agent.attributes },
    priority: agent.priority,
    keys: agent.keys.map(({ id, label, createdAt, expiresAt }) => ({ id, label, createdAt, expiresAt })),
  };
}

/** A key that was only tried opens nothing, and nobody shall believe that it does. */
function toIssued({ id, label, createdAt, expiresAt }: AgentKey, drawn: NewKey, { isDryRun = false }: Writing): IssuedKey {
  return { id, label, createdAt, expiresAt, text: isDryRun ? '' : drawn.text.reveal() };
}

function toProblem(refusal: StoreRefusal): AdminProblem {
  switch (refusal.kind) {
    case 'agent_exists':
      return {
        code: 'agent_exists',
        detail: `There is an agent '${refusal.agent}' already. Choose another name, or issue another key for it.`,
      };
    case 'agent_unknown':
      return { code: 'agent_unknown', detail: `There is no agent '${refusal.agent}'.` };
    case 'key_unknown':
      return { code: 'key_unknown', detail: `Agent '${refusal.agent}' has no key '${refusal.key}'; it may be revoked already.` };
    case 'version_changed':
      return {
        code: 'version_changed',
        detail: 'Somebody else changed the agents in between. List them again and repeat what is still wanted.',
      };
    case 'key_exists':
      // 256 random bits do not repeat: the source of randomness is broken, and no key from it may be handed out.
      throw new GatewayError('internal', { say: 'A new key is equal to an old one: the source of randomness is broken.' });
    default:
      return refusal satisfies never;
  }
}
