// Who is signed in and what they may do. Pages only decide by it what they offer: the gateway decides what is done.

import { queryOptions, useSuspenseQuery } from '@tanstack/react-query';
import { ask, setCsrf } from './client.ts';
import type { SessionView } from './contract.ts';
import type { Endpoint } from './endpoints.ts';
import type { ApiProblem } from './problem.ts';

/** Who is signed in. */
export const sessionQuery = queryOptions<SessionView, ApiProblem>({
  queryKey: ['readSession'],
  queryFn: async ({ signal }) => {
    const { value } = await ask('readSession', { signal });
    setCsrf(value.csrf);
    return value;
  },
  staleTime: 60_000,
  // Who is not signed in is not signed in the second time either.
  retry: false,
});

/** Who is signed in; the layout has seen to it that somebody is. */
export function useSession(): SessionView {
  return useSuspenseQuery(sessionQuery).data;
}

/** Why whoever is signed in may not use an endpoint; undefined: they may. For `disabledReason`. */
export function useRefusal(name: Endpoint): string | undefined {
  const { role, mayUse } = useSession();
  return mayUse.includes(name) ? undefined : `Your role, ${role}, does not allow this.`;
}
