// Pieces of text: what strangers wrote, code, times and durations.

import './Text.css';
import { useSyncExternalStore } from 'react';
import type { ReactElement } from 'react';
import { toPieces } from './printable.ts';
import { showClock, showDistance, showMs, showTime } from './units.ts';

/** What a server or an agent wrote. In a direction of its own, so that it cannot turn what stands beside it. */
export function Untrusted({ text, multiline = false }: { readonly text: string; readonly multiline?: boolean }): ReactElement {
  return (
    <bdi>
      {toPieces(text, multiline).map((piece, place) =>
        piece.isEscape ? (
          // The pieces of a text do not change places.
          <span key={place} className="escape">
            {piece.text}
          </span>
        ) : (
          piece.text
        ),
      )}
    </bdi>
  );
}

/** Several lines in a fixed font; what cannot be seen in them is written out. */
export function Code({ text, label }: { readonly text: string; readonly label: string }): ReactElement {
  return (
    <pre className="code" tabIndex={0} role="region" aria-label={label}>
      <Untrusted text={text} multiline />
    </pre>
  );
}

/** A time. `distance`: how long ago, the time itself when pointed at; `clock`: only the time of day, to a millisecond. */
export function Time({ at, form = 'time' }: { readonly at: string | number; readonly form?: 'time' | 'distance' | 'clock' }): ReactElement {
  const ms = typeof at === 'number' ? at : Date.parse(at);
  const whole = showTime(ms);
  return (
    <time dateTime={new Date(ms).toISOString()} title={whole}>
      {form === 'clock' ? showClock(ms) : form === 'distance' ? <Distance at={ms} /> : whole}
    </time>
  );
}

function Distance({ at }: { readonly at: number }): string {
  return showDistance(at, useNow());
}

/** How long something took. */
export function Duration({ ms }: { readonly ms: number }): ReactElement {
  return <span className="numeric">{showMs(ms)}</span>;
}

const TICK_MS = 5_000;
let now = Date.now();
let timer: ReturnType<typeof setInterval> | undefined;
const listeners = new Set<() => void>();

/** The time, anew every few seconds; one clock for the whole page. */
export function useNow(): number {
  return useSyncExternalStore(watchClock, () => now);
}

function watchClock(listener: () => void): () => void {
  listeners.add(listener);
  if (timer === undefined) now = Date.now();
  timer ??= setInterval(() => {
    now = Date.now();
    for (const each of listeners) each();
  }, TICK_MS);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}
