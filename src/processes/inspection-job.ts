// One message that the inspector looks into, as its worker knows it: which pieces are to be sent, which are answered, and what is called back. It knows
// no channel and no clock. Whatever happens, every piece and the end are answered once, in order.

import { notLookedInto } from '../proxy/index.ts';
import type { Found, Progress, Surface, UnscannedReason } from '../inspection/index.ts';
import { SLICE_BYTES } from './inspection-frames.ts';

/** What is sent next. */
export type Next = { readonly kind: 'slice'; readonly bytes: Uint8Array } | { readonly kind: 'end' };

/** What all messages together have. */
export interface InspectionLoad {
  /** Bytes that were pushed and are not looked at yet. */
  waitingBytes: number;
  /** Those of them that were sent. */
  underWayBytes: number;
}

export interface InspectionJob {
  readonly id: number;
  readonly surface: Surface;
  /** Bytes that were sent and are not looked at yet. */
  readonly underWayBytes: number;
  /** Bytes that were looked at. */
  readonly lookedBytes: number;
  /** Nothing comes of it any more. */
  readonly isOver: boolean;
  push(bytes: Uint8Array, progressed: (progress: Progress) => void): void;
  end(ended: (progress: Progress) => void): void;
  /** Takes what is to be sent next, if there is anything. */
  next(): Next | undefined;
  /** A slice has been looked at. False: that cannot be. */
  looked(bytes: number, progress: Progress): boolean;
  /** All has been looked at. False: that cannot be. */
  ended(progress: Progress): boolean;
  /** Nothing more of it will be looked at. */
  fail(reason: UnscannedReason): void;
  abandon(): void;
}

interface Piece {
  readonly bytes: Uint8Array;
  readonly progressed: (progress: Progress) => void;
  readonly found: Found[];
  sent: number;
  looked: number;
}

/** A message of which nothing is there yet. */
export function createInspectionJob(id: number, surface: Surface, load: InspectionLoad): InspectionJob {
  /** What is not wholly looked at; the first `sentPieces` of them were wholly sent. */
  const pieces: Piece[] = [];
  let sentPieces = 0;
  let pushed = 0;
  let sent = 0;
  let looked = 0;
  let decided = 0;
  let state: 'open' | 'failed' | 'over' = 'open';
  let whenEnded: ((progress: Progress) => void) | undefined;
  let endSent = false;
  /** Found, and not said yet. */
  let owed: readonly Found[] = [];

  /** Of a message that has failed, everything is decided: it is said once why, and nothing of it is waited for. */
  const settle = (callback: (progress: Progress) => void): void => {
    const found = owed;
    owed = [];
    callback({ decided: pushed, found });
  };
  /** Nothing of it is waited for any more. */
  const release = (): void => {
    load.waitingBytes -= pushed - looked;
    load.underWayBytes -= sent - looked;
  };
  const finish = (): void => {
    const callback = whenEnded;
    whenEnded = undefined;
    if (callback === undefined) return;
    state = 'over';
    settle(callback);
  };

  return {
    id,
    surface,
    get underWayBytes() {
      return sent - looked;
    },
    get lookedBytes() {
      return looked;
    },
    get isOver() {
      return state !== 'open';
    },
    push: (bytes, progressed) => {
      if (state === 'over') return;
      pushed += bytes.length;
      if (state === 'failed') return settle(progressed);
      load.waitingBytes += bytes.length;
      pieces.push({ bytes, progressed, found: [], sent: 0, looked: 0 });
    },
    end: (callback) => {
      if (state === 'over') return;
      whenEnded = callback;
      if (state === 'failed') finish();
    },
    next: () => {
      const piece = pieces[sentPieces];
      if (piece !== undefined) {
        const slice = piece.bytes.subarray(piece.sent, piece.sent + SLICE_BYTES);
        piece.sent += slice.length;
        sent += slice.length;
        load.underWayBytes += slice.length;
        if (piece.sent === piece.bytes.length) sentPieces++;
        return { kind: 'slice', bytes: slice };
      }
      if (whenEnded === undefined || endSent) return undefined;
      endSent = true;
      return { kind: 'end' };
    },
    looked: (bytes, progress) => {
      const piece = pieces[0];
      const isSent = sentPieces > 0 || (piece !== undefined && piece.sent > 0);
      if (piece === undefined || !isSent || piece.looked + bytes > piece.sent || progress.decided < decided) return false;
      piece.looked += bytes;
      looked += bytes;
      load.waitingBytes -= bytes;
      load.underWayBytes -= bytes;
      decided = progress.decided;
      for (const found of progress.found) piece.found.push(found);
      if (piece.looked < piece.bytes.length) return true;
      pieces.shift();
      sentPieces--;
      piece.progressed({ decided, found: piece.found });
      return true;
    },
    ended: ({ found }) => {
      if (!endSent || pieces.length > 0) return false;
      owed = found;
      finish();
      return true;
    },
    fail: (reason) => {
      if (state !== 'open') return;
      state = 'failed';
      release();
      owed = [...pieces.flatMap((piece) => piece.found), notLookedInto(reason)];
      for (const piece of pieces.splice(0)) if (isStill('failed')) settle(piece.progressed);
      if (isStill('failed')) finish();
    },
    abandon: () => {
      if (state === 'open') release();
      state = 'over';
      pieces.length = 0;
    },
  };

  /** Callbacks may abandon it. */
  function isStill(which: typeof state): boolean {
    return state === which;
  }
}
