// The words for a thing that there is not. That there is one which this agent may not use is not for it to know, so both read these.

import type { Subject } from '../policies/index.ts';
import type { Unreadable } from './receive.ts';

const MAX_SHOWN = 128;

/** Refuses a name. */
export function unknownName({ kind, name }: Exclude<Subject, { kind: 'server' }>): Pick<Unreadable, 'code' | 'say' | 'data'> {
  const shown = JSON.stringify(name.length > MAX_SHOWN ? `${name.slice(0, MAX_SHOWN)}…` : name);
  const say = `There is no ${kind} ${shown} here.`;
  return kind === 'resource' ? { code: 'name_unknown', say, data: { uri: name } } : { code: 'name_unknown', say };
}
