// One of those who share a stream of changes: what it wishes, what it was told that it will hear, and how far behind it is.

import type { Listed } from '../../base/index.ts';
import { subscriptionMeta, writeNotification } from '../../mcp/index.ts';
import type { Log } from '../../telemetry/index.ts';
import { refusedBy } from '../rescue.ts';
import type { ListenFilter } from './listen-filter.ts';
import { writeFilter } from './listen-filter.ts';
import type { Ask, Asking, FinalMessage, Hearing } from './party.ts';
import type { SharedNote } from './shared-note.ts';

const ACKNOWLEDGED = 'notifications/subscriptions/acknowledged';
/** What is said to somebody who takes no more; behind that, the others must not wait. */
const MAX_BACKLOG_BYTES = 64 * 1024;

/** Whom a listener belongs to. */
export interface Listening {
  left(listener: SharedListener): void;
  hasRoom(): void;
}

/** What listens, and how it is listened to where nobody can share with it. */
export interface ListenAsk {
  readonly ask: Ask;
  readonly hearing: Hearing;
  /** Opens a stream of its own. */
  readonly alone: () => Asking;
}

/** A class, as there are thousands: fields of one object, and no function of its own. */
export class SharedListener implements Asking, Listed {
  place = -1;
  /** The stream that it was acknowledged by, and whatever follows that; 0: none yet. */
  since = 0;
  isOver = false;
  /** Its wish is among those of all (wishes.ts). */
  isCounted = false;
  readonly wish: ListenFilter;
  readonly of: ListenAsk;
  readonly #log: Log;
  readonly #stream: Listening;
  #backlog = 0;
  #own: Asking | undefined = undefined;

  constructor(of: ListenAsk, wish: ListenFilter, stream: Listening, log: Log) {
    this.of = of;
    this.wish = wish;
    this.#stream = stream;
    this.#log = log;
  }

  get isFull(): boolean {
    return this.of.hearing.full;
  }

  giveUp(): void {
    if (this.#own !== undefined) return this.#own.giveUp();
    if (this.isOver) return;
    this.isOver = true;
    this.#stream.left(this);
  }

  resume(): void {
    if (this.#own !== undefined) return this.#own.resume();
    this.#backlog = 0;
    this.#stream.hasRoom();
  }

  /** From now on it hears what it wished, as far as the server tells it: what it said that it would, it may keep to loosely. */
  acknowledge(since: number, granted: ListenFilter): void {
    this.since = since;
    const params = { notifications: writeFilter(granted), _meta: subscriptionMeta(this.of.ask.message.id) };
    this.#guarded(() => this.of.hearing.note(writeNotification(ACKNOWLEDGED, params)));
  }

  note(shared: SharedNote): void {
    if (this.isOver) return;
    const { hearing, ask } = this.of;
    this.#guarded(() => {
      const note = shared.under(ask.message.id);
      if (hearing.full) this.#backlog += note.document.bytes.length;
      else this.#backlog = 0;
      if (this.#backlog <= MAX_BACKLOG_BYTES) return hearing.note(note, shared);
      this.giveUp();
      hearing.fail({ code: 'overloaded', say: 'This stream is not read as fast as changes come; open it again.' }, 'failed');
    });
  }

  /** The last words; it belongs to nobody any more. */
  final(said: FinalMessage): void {
    this.#end(() => this.of.hearing.final(said));
  }

  fail(...why: Parameters<Hearing['fail']>): void {
    this.#end(() => this.of.hearing.fail(...why));
  }

  /** Nobody can share with it. */
  goAlone(): void {
    if (this.isOver) return;
    this.isOver = true;
    this.#guarded(() => {
      this.#own = this.of.alone();
    });
  }

  #end(last: () => void): void {
    if (this.isOver) return;
    this.isOver = true;
    this.#guarded(last);
  }

  /** Called from where others are told as well: a fault of ours must end this one and nothing else. */
  #guarded(step: () => void): void {
    try {
      step();
    } catch (error) {
      this.giveUp();
      this.of.hearing.fail(refusedBy(error, this.#log), 'failed');
    }
  }
}
