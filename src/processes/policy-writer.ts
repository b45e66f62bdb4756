// Who changes the policy, to whom it may matter that two people do it. Somebody is known by being signed in to the console, or by the key of the agent that is
// called like them: whoever has the socket may call themselves anything. An agent that only acts for somebody is not them.

import { RIGHTS } from '../admin/index.ts';
import type { Actor, AdminProblem, Asking, Role } from '../admin/index.ts';
import { fail, ok } from '../base/index.ts';
import type { Result } from '../base/index.ts';
import type { People } from './people.ts';
import { nameIn } from './releases.ts';

/** Who changes a policy. */
export interface PolicyWriter {
  /** As they stand in the history and in what they propose. */
  readonly actor: Actor;
  /** Undefined: nobody knows who it is. */
  readonly role: Role | undefined;
  /** Since when they can be known like this: their link, or their key and that they are an operator. Infinity: nobody knows who it is. */
  readonly keySinceMs: number;
  /** Whose key was shown, where that is nobody who signs in. */
  readonly agent?: string;
}

/** Whoever shows a key of nobody is refused: they would stand there under a name that they did not mean. */
export async function findWriter(
  { key, signedIn, actor = NOBODY }: Asking,
  people: Pick<People, 'operator' | 'personOf'>,
): Promise<Result<PolicyWriter, AdminProblem>> {
  if (signedIn !== undefined) return ok({ actor, role: signedIn.operator.role, keySinceMs: signedIn.sinceMs });
  const unknown = { actor, role: undefined, keySinceMs: Infinity };
  if (key === undefined) return ok(unknown);
  const shown = await people.personOf({ key });
  if (shown === undefined) return fail(UNKNOWN_KEY);
  const agent = nameIn(shown.by);
  const operator = await people.operator(agent);
  if (operator === undefined) return ok({ ...unknown, agent });
  const keySinceMs = Math.max(shown.keySinceMs, operator.createdMs);
  return ok({ actor: { ...actor, by: `operator:${operator.name}` }, role: operator.role, keySinceMs });
}

/** Their role is one that changes the policy. */
export function mayPropose({ role }: Pick<PolicyWriter, 'role'>): boolean {
  return role !== undefined && RIGHTS.writePolicy.includes(role);
}

/** Their role is one that decides about what others propose. */
export function mayAccept({ role }: Pick<PolicyWriter, 'role'>): boolean {
  return role === 'approver' || role === 'admin';
}

/** Why nobody knows them, and how to be known. Whose a key is, is told to who has it. */
export function whyUnknown({ agent }: PolicyWriter): string {
  return agent === undefined ? BE_KNOWN : `this key is agent ${agent}'s, and no operator is called so: ${BE_KNOWN}`;
}

const NOBODY: Actor = { by: 'unknown', via: 'api' };
const UNKNOWN_KEY: AdminProblem = {
  code: 'approver_unknown',
  detail: "The key is not one of this gateway's, is revoked, or has expired. 'sallyport agents add NAME' makes one.",
};

const BE_KNOWN =
  'sign in to the console, or show the key of an agent that is called like your sign-in there: SALLYPORT_APPROVER_KEY, or --key-file';
