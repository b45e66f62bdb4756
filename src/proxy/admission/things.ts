// What a request is about by name: one thing, or the resources that it wants to be told of.

import type { Subject } from '../../policies/index.ts';
import { watchedIn } from '../watched.ts';
import type { Admission } from './types.ts';

/** A thing of a server. */
export type Thing = Exclude<Subject, { readonly kind: 'server' }>;

const NONE: readonly Thing[] = Object.freeze([]);

/** The things of a request. Lists and the like have none; where several servers are asked as one, each share is a call of its own. */
export function thingsOf({ call, params }: Admission): readonly Thing[] {
  const { subject, method } = call.question;
  if (call.members !== undefined) return NONE;
  if (subject.kind !== 'server') return [subject];
  if (method !== 'subscriptions/listen') return NONE;
  return watchedIn(params).flatMap((uri) => (typeof uri === 'string' ? [{ kind: 'resource' as const, name: uri }] : []));
}
