// An answer that is too large to be held, looked into as it passes by: its pieces wait until everything in them is decided, and go on without what was
// taken out. What may not be shown at all ends it: whoever has the beginning must not take that for the whole.

import type { Found, Progress } from '../../inspection/index.ts';
import type { Edit } from '../../mcp/index.ts';
import type { Call } from '../exchange.ts';
import { noteSeen, treatAnswer } from './answer-treatment.ts';
import { ofConcern } from './concern.ts';
import { notLookedInto } from './inspector.ts';

export interface PassingOptions {
  readonly call: Call;
  /** Bytes that may be shown, in their order. */
  readonly release: (bytes: Uint8Array) => void;
  /** It holds what may not be shown; nothing more is called. Undefined: nobody could be told what the agent is about to see. */
  readonly stop: (found: Found | undefined) => void;
  /** Fewer bytes wait than did. */
  readonly onRoom: () => void;
}

/** One answer on its way through. */
export interface Passing {
  /** More waits to be looked into than there should: whoever pushes should wait for `onRoom`. */
  readonly full: boolean;
  push(chunk: Uint8Array): void;
  /** Nothing more comes; `done` is called when all of it was released. */
  end(done: () => void): void;
  abandon(): void;
}

/** Pieces under way to whoever looks: enough to keep them busy, and little beside what a connection holds anyway. */
const MAX_WAITING_BYTES = 512 * 1024;

/** Begins to look into an answer that comes in pieces. */
export function createPassing({ call, release, stop, onRoom }: PassingOptions): Passing {
  const stream = call.inspecting.inspector.open('answer');
  /** What has come and is not released: one piece after the other, from `base` on. */
  let pieces: Uint8Array[] = [];
  let base = 0;
  let pushed = 0;
  let edits: Edit[] = [];
  let over = false;
  /** Somebody is being told what the agent is about to see; what comes meanwhile waits, in its order. */
  let telling: (() => void)[] | undefined;

  const end = (found: Found | undefined): void => {
    if (over) return;
    over = true;
    pieces = [];
    stream.abandon();
    stop(found);
  };

  /** Called back from where nobody knows this answer. */
  const progressed = (progress: Progress, then: () => void): void => {
    try {
      take(progress, then);
    } catch {
      end(notLookedInto('failed'));
    }
  };
  const take = ({ decided, found }: Progress, then: () => void): void => {
    if (over) return;
    if (telling !== undefined) return void telling.push(() => progressed({ decided, found }, then));
    const concern = ofConcern(found, call, 'answer');
    if (concern.length === 0) return goOn(decided, then);
    const treatment = treatAnswer(call, concern, joined(), base);
    // Members that were seen before may have the name that one would be given: in pieces nobody can tell.
    const isRenamed = concern.some(
      (one) => one.kind === 'name' && treatment.edits.some(({ span }) => span.start <= one.start && one.end <= span.end),
    );
    if (treatment.action === 'deny' || treatment.action === 'ask' || isRenamed) {
      noteSeen(call, treatment.taints, () => {});
      return end(treatment.decisive);
    }
    edits.push(...treatment.edits);
    telling = [];
    noteSeen(call, treatment.taints, (isNoted) => {
      const held = telling ?? [];
      telling = undefined;
      if (!isNoted) return end(undefined);
      goOn(decided, then);
      for (const step of held) step();
    });
  };
  const goOn = (decided: number, then: () => void): void => {
    if (over) return;
    if (decided > base) give(decided);
    then();
    if (!over && !passing.full) onRoom();
  };

  /** All that waits, as one. */
  const joined = (): Uint8Array => {
    const [first, ...more] = pieces;
    const all = first === undefined ? NOTHING : more.length === 0 ? first : Buffer.concat(pieces);
    pieces = [all];
    return all;
  };
  const give = (decided: number): void => {
    const due = edits.filter(({ span }) => span.end <= decided);
    if (due.length === 0) return giveUntouched(decided);
    const all = joined();
    let from = base;
    for (const { span, replacement } of due) {
      if (span.start > from) release(all.subarray(from - base, span.start - base));
      release(replacement);
      from = span.end;
    }
    if (decided > from) release(all.subarray(from - base, decided - base));
    pieces = [all.subarray(decided - base)];
    base = decided;
    edits = edits.filter(({ span }) => span.end > decided);
  };
  const giveUntouched = (decided: number): void => {
    let left = decided - base;
    base = decided;
    while (left > 0) {
      const [piece] = pieces;
      if (piece === undefined) return;
      if (piece.length > left) {
        pieces[0] = piece.subarray(left);
        return release(piece.subarray(0, left));
      }
      pieces.shift();
      left -= piece.length;
      if (piece.length > 0) release(piece);
    }
  };

  const passing: Passing = {
    get full() {
      return !over && pushed - base > MAX_WAITING_BYTES;
    },
    push: (chunk) => {
      if (over || chunk.length === 0) return;
      pushed += chunk.length;
      pieces.push(chunk);
      stream.push(chunk, (progress) => progressed(progress, () => {}));
    },
    end: (done) => {
      if (over) return;
      stream.end((progress) =>
        progressed({ ...progress, decided: pushed }, () => {
          over = true;
          done();
        }),
      );
    },
    abandon: () => {
      if (over) return;
      over = true;
      pieces = [];
      stream.abandon();
    },
  };
  return passing;
}

const NOTHING = new Uint8Array(0);
