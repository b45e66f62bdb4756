// The two ends of the conversations between control and the workers. What control is asked, and tells every worker, belongs to a desk; the worker's
// end of it is a door. Each knows the frames of its own matter and nothing else, so that control.ts and worker.ts only put them side by side.

import type { Log } from '../telemetry/index.ts';
import type { Channel, Frame } from './channel.ts';

/** A worker, as a desk knows it. */
export interface Caller {
  readonly channel: Channel;
  /** `<slot>.<epoch>`: a replaced worker keeps the slot and not the name. */
  readonly name: string;
}

/** Control's end of one matter. */
export interface Desk {
  /** What workers say, by the type of the frame. */
  readonly hears?: Readonly<Record<string, (frame: Frame, from: Caller) => void>>;
  /** A worker is there, before it gets the snapshot with which it begins to serve. */
  readonly onWorker?: (worker: Caller) => void;
  /** A worker's channel is closed: it has died, or has been drained. */
  readonly onWorkerGone?: (worker: Caller) => void;
  readonly close?: () => void | Promise<void>;
}

/** A worker's end of one matter. */
export interface Door {
  /** What control says, by the type of the frame. */
  readonly hears?: Readonly<Record<string, (frame: Frame) => void>>;
  /** Control is there; after the first time, it is another one. */
  readonly onControl?: () => void;
  /** Control is gone. */
  readonly onControlGone?: () => void;
  /** Called every few seconds. */
  readonly sweep?: () => void;
}

/** Everything that several ends hear, as one. */
export interface Switchboard<From> {
  /** False: no end knows frames of this type. */
  hear(frame: Frame, from: From): boolean;
}

/** Joins the ends; a type of frame belongs to one of them. */
export function createSwitchboard<From>(
  ends: readonly { readonly hears?: Readonly<Record<string, (frame: Frame, from: From) => void>> }[],
): Switchboard<From> {
  const handlers = new Map<string, (frame: Frame, from: From) => void>();
  for (const { hears } of ends) {
    for (const [type, handler] of Object.entries(hears ?? {})) {
      if (handlers.has(type)) throw new Error(`two ends hear '${type}'`);
      handlers.set(type, handler);
    }
  }
  return {
    hear: (frame, from) => {
      const handler = handlers.get(frame.type);
      handler?.(frame, from);
      return handler !== undefined;
    },
  };
}

/** Says that a frame was dropped: the two processes are of different versions, for a moment, during an upgrade. */
export function dropFrame(frame: Frame, log: Log): void {
  log.warn('a frame of no known type was dropped', { type: frame.type });
}
