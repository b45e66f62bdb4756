// A list that comes in pages, however long it is: a window of pages is kept around the rows that are looked at, and moves with them.

import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import type { InfiniteData, QueryKey } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { ask } from './client.ts';
import type { EndpointName, ResponseOf } from './contract.ts';
import type { AskOf, Endpoint } from './endpoints.ts';
import { freshnessOf } from './hooks.ts';
import { FIRST_PLACE, placeOfRow, stepTo } from './page-places.ts';
import type { PagePlace } from './page-places.ts';
import type { ApiProblem } from './problem.ts';
import type { TableWindow } from '../ui/Table.tsx';

type Value<Name extends Endpoint> = ResponseOf<Name & EndpointName>;

/** Pages that are kept. Those that somebody scrolled away from are asked for again when they come back. */
const KEPT_PAGES = 8;

/** How a page of a list says where the next begins. */
interface Paged {
  readonly next: string | null;
}

/** A list in pages. */
export interface Pages<Row> {
  readonly list: TableWindow<Row>;
  readonly error: ApiProblem | null;
  /** Why it has not come yet, while it is tried again. */
  readonly waitsFor: ApiProblem | null;
  /** Begins at the first row again. */
  readonly restart: () => void;
}

/** The furthest that somebody has got in a list. */
interface Known {
  readonly of: string;
  /** Where the page after the last begins. */
  readonly end: PagePlace;
  readonly hasMore: boolean;
}

/** A list in pages: the endpoint takes `cursor` and answers `next`. */
export function useApiPages<Name extends Endpoint, Row>(
  name: Name,
  input: AskOf<Name>,
  rowsOf: (page: Value<Name>) => readonly Row[],
  options: { readonly refetchInterval?: number } = {},
): Pages<Row> {
  const client = useQueryClient();
  const queryKey: QueryKey = [name, input.path ?? null, input.query ?? null, 'pages'];
  const nextOf = (page: Value<Name>, place: PagePlace): PagePlace => ({
    cursor: (page as Paged).next,
    start: place.start + rowsOf(page).length,
    before: place,
  });
  const query = useInfiniteQuery<Value<Name>, ApiProblem, InfiniteData<Value<Name>, PagePlace>, QueryKey, PagePlace>({
    queryKey,
    queryFn: async ({ signal, pageParam: { cursor } }) => {
      const paged = cursor === null ? input : { ...input, query: { ...input.query, cursor } };
      // What is added is the one member that every paged endpoint has.
      return (await ask(name, { ...(paged as AskOf<Name>), signal })).value;
    },
    initialPageParam: FIRST_PLACE,
    maxPages: KEPT_PAGES,
    // Pages move through the window: what stands at the same place in it is not to be compared, row by row, for members in common.
    structuralSharing: false,
    getNextPageParam: (page, _, place) => ((page as Paged).next === null ? undefined : nextOf(page, place)),
    getPreviousPageParam: (_, __, place) => place.before ?? undefined,
    ...freshnessOf(name),
    ...options,
  });
  const { data } = query;
  const start = data?.pageParams[0]?.start ?? 0;
  const [last, lastPlace] = [data?.pages.at(-1), data?.pageParams.at(-1)];
  const of = JSON.stringify(queryKey);
  const here: Known = {
    of,
    end: last === undefined || lastPlace === undefined ? (data?.pageParams[0] ?? FIRST_PLACE) : nextOf(last, lastPlace),
    hasMore: last === undefined ? data !== undefined : query.hasNextPage,
  };
  const [furthest, setFurthest] = useState(here);
  // What is at hand now is the newest word on where the list ends.
  const known = furthest.of !== of || here.end.start >= furthest.end.start || !here.hasMore ? here : furthest;
  if (known !== furthest && isOther(known, furthest)) setFurthest(known);

  const rows = useMemo(() => data?.pages.flatMap((page) => rowsOf(page)) ?? [], [data, rowsOf]);
  const jumpTo = (place: PagePlace): void => {
    client.setQueryData<InfiniteData<Value<Name>, PagePlace>>(queryKey, { pages: [], pageParams: [place] });
    void query.refetch();
  };
  return {
    list: {
      rows,
      start,
      count: known.end.start,
      hasMore: known.hasMore,
      isLoading: query.isPending,
      onSeen: (first, lastSeen) => {
        if (data === undefined || query.isFetching || query.error !== null) return;
        switch (stepTo(first, lastSeen, { start, end: here.end.start, hasNext: here.hasMore })) {
          case 'next':
            return void query.fetchNextPage();
          case 'previous':
            return void query.fetchPreviousPage();
          case 'jump':
            return jumpTo(placeOfRow(known.end, first));
          case undefined:
        }
      },
    },
    error: query.error,
    waitsFor: query.failureReason,
    restart: () => void client.resetQueries({ queryKey, exact: true }),
  };
}

function isOther(one: Known, two: Known): boolean {
  return one.of !== two.of || one.end.start !== two.end.start || one.end.cursor !== two.end.cursor || one.hasMore !== two.hasMore;
}
