// The line in front of the road. A turn of the event loop begins calls for so long and no longer: whatever else has been read by then waits for the next
// one, and critical agents' calls come first. So a turn stays short however much comes in, and answers, the record and critical calls get their share of it.
//
// A call is turned away only where a line has formed and has moved too slowly for many turns: whoever comes while the first in it has waited for too long
// is told so at once, unread. A pause makes calls wait, and turns nobody away: the clock of the line is the processor time of the loop, which stands still
// while a worker is not given any, and a turn counts for so much and no more, whatever took so long in it (a collection of garbage, one very large message).

import { AGENT_PRIORITIES } from '../agents/index.ts';
import type { AgentPriority } from '../agents/index.ts';

export interface WaitingLineOptions<Waiting> {
  /** Monotonic, in microseconds. */
  readonly nowUs: () => number;
  /** Processor time that the loop has taken, in microseconds. */
  readonly workedUs: () => number;
  /** How long a call of an interactive agent may wait. */
  readonly patienceMs: () => number;
  /** Calls back once, when the sockets of this turn of the loop have been read. */
  readonly afterTurn: (endTurn: () => void) => void;
  /** The turn of one that waited has come. Must not throw. */
  readonly begin: (waiting: Waiting) => void;
  /** One waited in vain. Must not throw. */
  readonly turnAway: (waiting: Waiting) => void;
}

interface Place<Waiting> {
  readonly waiting: Waiting;
  /** By the clock of the line. */
  readonly sinceUs: number;
}

/**
 * How long a turn begins calls: a few dozen of 1 KiB. Their answers take about as long again. Shorter ones make the calls of fifty busy connections wait for
 * the next turn as a rule, and waiting is not free; with longer ones critical calls come late where there is too much to do.
 */
export const TURN_US = 5_000;
/** How long critical ones begin in the turn in which they come. */
const CRITICAL_TURN_US = 2 * TURN_US;
/** What a turn adds to the line's clock at most: a full one is about half of it. */
export const LONGEST_TURN_US = 4 * TURN_US;
/** How long each may wait, in patiences. */
const PATIENCES: Readonly<Record<AgentPriority, number>> = { critical: 4, interactive: 1, batch: 0.2 };
/** After how many times as long even those are sent away who stand in the line already: others have always come first. */
const IN_VAIN = 2;
const US_PER_MS = 1_000;
/** Places that were given up at the front of a line before it is moved together. */
const MAX_GAP = 1_024;

/** The lines of one worker. A class because it is asked about every call: its shape keeps that free of closures. */
export class WaitingLine<Waiting> {
  readonly #options: WaitingLineOptions<Waiting>;
  readonly #lines: Readonly<Record<AgentPriority, Line<Waiting>>> = {
    critical: new Line(),
    interactive: new Line(),
    batch: new Line(),
  };
  readonly #endTurn = (): void => this.#turn();
  /** Since when this turn begins calls; 0 where it has begun none. */
  #turnSinceUs = 0;
  #isTurnAwaited = false;
  #clockUs = 0;
  #workedUs = 0;

  constructor(options: WaitingLineOptions<Waiting>) {
    this.#options = options;
  }

  /** How many wait. */
  count(priority: AgentPriority): number {
    return this.#lines[priority].length;
  }

  /** Whether a call of such an agent would be turned away if it came now. */
  isFull(priority: AgentPriority): boolean {
    return this.#hasWaited(priority, 1);
  }

  /** Whether a call that has come may begin: nobody waits who comes first, and there is time left in this turn. */
  mayBegin(priority: AgentPriority, nowUs: number): boolean {
    for (const before of AGENT_PRIORITIES) {
      if (this.#lines[before].length > 0) return false;
      if (before === priority) break;
    }
    return this.#hasTime(nowUs, priority === 'critical' ? CRITICAL_TURN_US : TURN_US);
  }

  /** Puts one at the end of its line. */
  wait(priority: AgentPriority, waiting: Waiting): void {
    this.#awaitTurn();
    if (this.#isEmpty()) this.#workedUs = this.#options.workedUs();
    this.#lines[priority].add({ waiting, sinceUs: this.#clockUs });
  }

  #hasTime(nowUs: number, turnUs: number): boolean {
    if (this.#turnSinceUs !== 0) return nowUs - this.#turnSinceUs < turnUs;
    this.#turnSinceUs = nowUs;
    this.#awaitTurn();
    return true;
  }

  #awaitTurn(): void {
    if (this.#isTurnAwaited) return;
    this.#isTurnAwaited = true;
    this.#options.afterTurn(this.#endTurn);
  }

  #turn(): void {
    this.#isTurnAwaited = false;
    this.#turnSinceUs = 0;
    if (this.#isEmpty()) return;
    const workedUs = this.#options.workedUs();
    this.#clockUs += Math.min(workedUs - this.#workedUs, LONGEST_TURN_US);
    this.#workedUs = workedUs;
    // Before anything else: whatever goes wrong with one of them, the line moves on.
    this.#awaitTurn();
    for (const priority of AGENT_PRIORITIES)
      while (this.#hasWaited(priority, IN_VAIN)) this.#options.turnAway(this.#lines[priority].take());
    this.#beginWaiting(this.#options.nowUs());
  }

  #isEmpty(): boolean {
    return AGENT_PRIORITIES.every((one) => this.#lines[one].length === 0);
  }

  #beginWaiting(sinceUs: number): void {
    for (const priority of AGENT_PRIORITIES) {
      const line = this.#lines[priority];
      while (line.length > 0) {
        this.#options.begin(line.take());
        if (this.#options.nowUs() - sinceUs >= TURN_US) return;
      }
    }
  }

  /** Whether the first in a line has waited for so many times as long as it may. */
  #hasWaited(priority: AgentPriority, times: number): boolean {
    const line = this.#lines[priority];
    return line.length > 0 && this.#clockUs - line.firstSinceUs >= times * PATIENCES[priority] * this.#options.patienceMs() * US_PER_MS;
  }
}

/** First in, first out. */
class Line<Waiting> {
  #places: (Place<Waiting> | undefined)[] = [];
  #gap = 0;

  get length(): number {
    return this.#places.length - this.#gap;
  }

  /** Since when the first in it waits; Infinity where nobody does. */
  get firstSinceUs(): number {
    return this.#places[this.#gap]?.sinceUs ?? Infinity;
  }

  add(place: Place<Waiting>): void {
    this.#places.push(place);
  }

  /** Takes the first one out; there has to be one. */
  take(): Waiting {
    const first = this.#places[this.#gap];
    if (first === undefined) throw new RangeError('nobody waits');
    this.#places[this.#gap] = undefined;
    this.#gap += 1;
    if (this.#gap === this.#places.length || this.#gap >= MAX_GAP) {
      this.#places.splice(0, this.#gap);
      this.#gap = 0;
    }
    return first.waiting;
  }
}
