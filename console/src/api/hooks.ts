// The client as hooks. A cache key begins with the name of the endpoint, so that whatever says that something changed can name what to ask again.

import { queryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { UseMutationResult, UseQueryResult } from '@tanstack/react-query';
import { ask } from './client.ts';
import type { Answer } from './client.ts';
import type { EndpointName, ResponseOf } from './contract.ts';
import type { AskOf, Endpoint } from './endpoints.ts';
import type { ApiProblem } from './problem.ts';

type Value<Name extends Endpoint> = ResponseOf<Name & EndpointName>;

/** What goes on record each time it is read: asked for by people, and never again because a window came to the front. */
const ON_RECORD: ReadonlySet<Endpoint> = new Set<Endpoint>(['listRecords', 'countRecords', 'readRecord', 'readApproval']);

/** Whether reading it is an act, so that only a person may want it once more. */
export function isOnRecord(name: unknown): boolean {
  return ON_RECORD.has(name as Endpoint);
}

/** How long what it answers holds. */
export function freshnessOf(name: Endpoint): {
  readonly staleTime?: number;
  readonly refetchOnWindowFocus?: false;
  readonly refetchOnReconnect?: false;
} {
  return isOnRecord(name) ? { staleTime: Infinity, refetchOnWindowFocus: false, refetchOnReconnect: false } : {};
}

/** A question as a query, for loaders and for `useApi`. */
// oxlint-disable-next-line typescript/explicit-function-return-type
export function apiQuery<Name extends Endpoint>(name: Name, input: AskOf<Name>) {
  return queryOptions<Answer<Value<Name>>, ApiProblem>({
    queryKey: [name, input.path ?? null, input.query ?? null, input.body ?? null],
    queryFn: ({ signal }) => ask(name, { ...input, signal }),
    ...freshnessOf(name),
  });
}

/** What an endpoint answers, kept fresh: `const { data, error } = useApi('readStatus', {})`, `data.value`. */
export function useApi<Name extends Endpoint>(
  name: Name,
  input: AskOf<Name>,
  options: {
    readonly enabled?: boolean;
    /** A function is asked what it goes by: what came last. */
    readonly refetchInterval?: number | false | ((last: Value<Name> | undefined) => number | false);
    /** For how long it is kept once nobody shows it, in milliseconds. */
    readonly gcTime?: number;
  } = {},
): UseQueryResult<Answer<Value<Name>>, ApiProblem> {
  const { refetchInterval = false, ...others } = options;
  const every =
    typeof refetchInterval === 'function'
      ? ({ state }: { readonly state: { readonly data: Answer<Value<Name>> | undefined } }) => refetchInterval(state.data?.value)
      : refetchInterval;
  return useQuery({ ...apiQuery(name, input), ...others, refetchInterval: every });
}

/** Does something: `const add = useAct('addAgent', ['listAgents'])`, `add.mutate({ body })`. What it changes is asked again. */
export function useAct<Name extends Endpoint>(
  name: Name,
  changes: readonly Endpoint[],
): UseMutationResult<Answer<Value<Name>>, ApiProblem, AskOf<Name>> {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (input: AskOf<Name>) => ask(name, input),
    onSuccess: async (_, input) => {
      if (input.dryRun === true) return;
      await Promise.all(changes.map((changed) => client.invalidateQueries({ queryKey: [changed] })));
    },
  });
}
