// The first person of a gateway on which nobody can sign in yet: the user that runs it is made an admin, and gets a link for a few minutes. Whoever reads what
// a gateway prints when it starts can read its data folder, too.

import type { OperatorStore } from '../cluster/index.ts';
import type { LinkView } from './contract.ts';
import { makeLink } from './operators-port.ts';
import type { OperatorsPortOptions } from './operators-port.ts';

const FIRST_LINK_MS = 10 * 60_000;
/** As names of operators are (agents/schema.ts); a user of the system may be called otherwise. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9._@-]{0,62}$/;

export interface FirstOperator extends Pick<OperatorsPortOptions, 'tenant' | 'randomBytes' | 'nowMs' | 'settings'> {
  readonly operators: OperatorStore;
  /** The user that runs the gateway. */
  readonly owner: string;
}

/** A link for the first admin, as long as nobody has ever signed in; undefined: somebody has, or there is no console. */
export async function firstLink({ owner, ...maker }: FirstOperator): Promise<LinkView | undefined> {
  const { operators, tenant, nowMs, settings } = maker;
  const known = (await operators.list({ tenant, nowMs: nowMs(), idleMs: settings().idleMs })).operators;
  if (known.some(({ seenMs }) => seenMs !== null)) return undefined;
  const name = NAME.test(owner) ? owner : 'admin';
  if (known.length === 0) await operators.add({ name, role: 'admin', groups: [], agents: [], createdMs: nowMs() }, { tenant });
  const first = known.find(({ role }) => role === 'admin')?.name ?? name;
  const made = await makeLink(maker, first, FIRST_LINK_MS);
  return made.ok ? made.value : undefined;
}
