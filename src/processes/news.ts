// What is new in control, for whoever looks on: that something changed, never what. Whoever shows it reads it again, with the rights that they have.

import type { Changed, OverviewPoint } from '../admin/index.ts';

/** Gives back what takes the listener away. */
type Subscribe<T> = (listener: (value: T) => void) => () => void;

export interface News {
  changed(of: Changed): void;
  /** How the gateway does, every few seconds; made only where somebody listens. */
  point(make: () => OverviewPoint): void;
  readonly onChanged: Subscribe<Changed>;
  readonly onPoint: Subscribe<OverviewPoint>;
}

export function createNews(): News {
  const changes = createFeed<Changed>();
  const points = createFeed<OverviewPoint>();
  return {
    changed: changes.tell,
    point: (make) => void (points.isHeard() && points.tell(make())),
    onChanged: changes.subscribe,
    onPoint: points.subscribe,
  };
}

interface Feed<T> {
  readonly tell: (value: T) => void;
  readonly subscribe: Subscribe<T>;
  readonly isHeard: () => boolean;
}

function createFeed<T>(): Feed<T> {
  const listeners = new Set<(value: T) => void>();
  return {
    isHeard: () => listeners.size > 0,
    tell: (value) => {
      for (const listener of listeners) listener(value);
    },
    subscribe: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
