// The connection that tells what happens, for components.

import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useSyncExternalStore } from 'react';
import { STALE_AFTER } from './changes.ts';
import type { GatewayEvent } from './contract.ts';
import { createEventStream } from './events.ts';
import type { StreamState, Wanted } from './events.ts';
import { isOnRecord } from './hooks.ts';
import { sessionQuery } from './session.tsx';

const stream = createEventStream({
  open: (url, { onMessage, onBreak }) => {
    const source = new EventSource(url);
    source.onmessage = ({ data }) => onMessage(String(data));
    source.onerror = onBreak;
    return () => source.close();
  },
  later: (what, ms) => {
    const timer = setTimeout(what, ms);
    return () => clearTimeout(timer);
  },
  isHidden: () => document.hidden,
  onLook: (listener) => {
    document.addEventListener('visibilitychange', listener);
    window.addEventListener('focus', listener);
  },
});

/** Listens as long as the component stands. `wanted` undefined: not now. */
export function useEvents(wanted: Wanted | undefined, onEvent: (event: GatewayEvent) => void, onGap?: () => void): void {
  const latest = useRef({ onEvent, onGap });
  useEffect(() => {
    latest.current = { onEvent, onGap };
  });
  // What is wanted is compared by what it says: callers write it anew at each drawing.
  const key = wanted === undefined ? undefined : JSON.stringify(wanted);
  useEffect(() => {
    if (key === undefined) return undefined;
    return stream.listen(
      JSON.parse(key) as Wanted,
      (event) => latest.current.onEvent(event),
      () => latest.current.onGap?.(),
    );
  }, [key]);
}

/** How the connection is. */
export function useStreamState(): StreamState {
  return useSyncExternalStore(stream.onState, stream.state);
}

/** Keeps what pages show fresh: once, in the layout. */
export function useFreshness(): void {
  const client = useQueryClient();
  useEvents(
    { topics: ['changes'] },
    (event) => {
      if (event.topic !== 'change') return;
      for (const endpoint of STALE_AFTER[event.of]) void client.invalidateQueries({ queryKey: [endpoint] });
    },
    () => void client.invalidateQueries({ predicate: ({ queryKey }) => !isOnRecord(queryKey[0]) }),
  );
  const state = useStreamState();
  useEffect(() => {
    // A session that was ended ends its streams: whoever had it learns it now, not when they ask the next time.
    if (state === 'broken') void client.refetchQueries({ queryKey: sessionQuery.queryKey });
  }, [state, client]);
}
