// What a page shows stands in its address, so that it can be sent to somebody, and the browser's Back works.

import { useNavigate, useSearch } from '@tanstack/react-router';
import { useCallback } from 'react';

/** Members of an address, as text. */
export type Address = Readonly<Record<string, string>>;

/** The members, and how to change some of them: undefined takes one away. `push`: Back leads to what was shown before. */
export function useAddress(): readonly [Address, (change: Readonly<Record<string, string | undefined>>, push?: boolean) => void] {
  const search: Address = useSearch({ strict: false });
  const navigate = useNavigate();
  const change = useCallback(
    (changed: Readonly<Record<string, string | undefined>>, push = false) => {
      void navigate({
        to: '.',
        replace: !push,
        // The router has the types of each page; here any page may be meant.
        search: ((old: Readonly<Record<string, unknown>>) => withoutEmpty({ ...old, ...changed })) as never,
      });
    },
    [navigate],
  );
  return [search, change];
}

function withoutEmpty(search: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(search).filter(([, value]) => value !== undefined && value !== ''));
}
