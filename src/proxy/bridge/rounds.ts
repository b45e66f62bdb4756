// Calls that wait for an agent's answer: the server has asked something in the middle of a call, the agent was told so and has gone to
// find out (MCP 2026-07-28 basic/patterns/mrtr). Each holds a request open at its server, so they are few, and they do not wait for long.

import type { Principal } from '../../agents/index.ts';
import { fail, ok } from '../../base/index.ts';
import type { Result } from '../../base/index.ts';
import type { Subject } from '../../policies/index.ts';
import type { Refused } from '../rescue.ts';
import type { Ask } from './party.ts';
import { digestOf, openRound, sealRound } from './request-state.ts';
import type { SealingKey } from './seal.ts';

/** A call that waits. */
export interface ParkedCall {
  /** The answer did not come in time, or nobody may give it any more: the call is cancelled at its server. */
  expire(): void;
}

/** The rounds that a worker holds. */
export interface Rounds<Parked extends ParkedCall> {
  /** Keeps a call; gives the state that continues it, once, or says why there is no room. */
  park(call: Parked, wanted: Ask): Result<string, Refused>;
  /** The call that a request continues. */
  find(state: string, wanted: Ask): Result<Parked, Refused>;
  /** It waits no more. */
  release(call: Parked): void;
  /** Counts bytes that calls keep between rounds. False: there is no room for so many; nothing was counted. */
  hold(bytes: number): boolean;
  free(bytes: number): void;
  /** The worker that holds the round, if that is another one. */
  ownerElsewhere(state: string, principal: Principal): string | undefined;
  countOf(server: string): number;
  /** Ends what has waited for too long, and what `isOver` says. */
  sweep(nowMs: number, isOver: (principal: Principal, server: string, subject: Subject) => boolean): void;
}

export interface RoundsOptions {
  readonly self: string;
  readonly keys: () => readonly SealingKey[];
  readonly nowMs: () => number;
  /** For the metrics: what has happened to a round at a server. */
  readonly onEvent?: (event: RoundEvent, server: string) => void;
}

export type RoundEvent = 'round_parked' | 'round_resumed' | 'round_expired' | 'state_refused';

/** A person has to see the question and answer it; a server that waits longer than this for one has mostly given up itself. */
const ROUND_LIFE_MS = 10 * 60_000;
/** Each holds a connection to its server, of which a pool has 512, and memory here. */
const MAX_PER_AGENT = 32;
const MAX_PER_SERVER = 128;
const MAX_PER_WORKER = 1_024;
/** Questions with images in them are megabytes; most are a few hundred bytes. */
const MAX_HELD_BYTES = 128 * 1024 * 1024;

const UNKNOWN: Refused = { code: 'state_unknown' };

interface Round<Parked> {
  readonly call: Parked;
  readonly principal: Principal;
  readonly agent: string;
  readonly server: string;
  readonly subject: Subject;
  readonly expiresAtMs: number;
}

/** No rounds yet. */
export function createRounds<Parked extends ParkedCall>(options: RoundsOptions): Rounds<Parked> {
  const rounds = new Map<number, Round<Parked>>();
  const numbers = new Map<Parked, number>();
  const perAgent = new Map<string, number>();
  const perServer = new Map<string, number>();
  let next = 1;
  let heldBytes = 0;

  const full = (agent: string, server: string): string | undefined => {
    if ((perAgent.get(agent) ?? 0) >= MAX_PER_AGENT)
      return `This agent has ${MAX_PER_AGENT} questions of servers unanswered; answer one of them first.`;
    if ((perServer.get(server) ?? 0) >= MAX_PER_SERVER)
      return `The MCP server '${server}' has ${MAX_PER_SERVER} questions unanswered; try again later.`;
    return rounds.size >= MAX_PER_WORKER ? 'Too many questions of servers are unanswered; try again later.' : undefined;
  };
  const release = (call: Parked): void => {
    const number = numbers.get(call);
    const round = number === undefined ? undefined : rounds.get(number);
    if (number === undefined || round === undefined) return;
    numbers.delete(call);
    rounds.delete(number);
    add(perAgent, round.agent, -1);
    add(perServer, round.server, -1);
  };

  return {
    park: (call, { call: { arrival, server, question }, request }) => {
      const { principal } = arrival;
      const agent = JSON.stringify([principal.tenant, principal.agent]);
      const say = full(agent, server.name);
      const [key] = options.keys();
      if (say !== undefined || key === undefined) return fail({ code: 'overloaded', say });
      const number = next++;
      const expiresAtMs = options.nowMs() + ROUND_LIFE_MS;
      rounds.set(number, { call, principal, agent, server: server.name, subject: question.subject, expiresAtMs });
      numbers.set(call, number);
      add(perAgent, agent, 1);
      add(perServer, server.name, 1);
      const facts = {
        owner: options.self,
        number,
        server: server.name,
        method: request.method,
        digest: digestOf(request.params),
        expiresAtMs,
      };
      options.onEvent?.('round_parked', server.name);
      return ok(sealRound(facts, key, principal));
    },
    find: (state, { call: { arrival, server }, request }) => {
      const facts = openRound(state, options.keys(), arrival.principal);
      if (facts === undefined || facts.owner !== options.self || facts.expiresAtMs <= options.nowMs()) return fail(UNKNOWN);
      if (facts.server !== server.name || facts.method !== request.method) return fail(UNKNOWN);
      const round = rounds.get(facts.number);
      if (round === undefined) return fail(UNKNOWN);
      // The server works on what it was sent first: to let other arguments pass as its own would show policy and record a call that is not made.
      if (facts.digest !== digestOf(request.params))
        return fail({ code: 'params_malformed', say: 'A retry has the same params as the request that it continues; these differ.' });
      return ok(round.call);
    },
    release,
    hold: (bytes) => {
      if (heldBytes + bytes > MAX_HELD_BYTES) return false;
      heldBytes += bytes;
      return true;
    },
    free: (bytes) => {
      heldBytes -= bytes;
    },
    ownerElsewhere: (state, principal) => {
      const owner = openRound(state, options.keys(), principal)?.owner;
      return owner === options.self ? undefined : owner;
    },
    countOf: (server) => perServer.get(server) ?? 0,
    sweep: (nowMs, isOver) => {
      for (const { call, principal, server, subject, expiresAtMs } of rounds.values()) {
        if (nowMs < expiresAtMs && !isOver(principal, server, subject)) continue;
        release(call);
        options.onEvent?.('round_expired', server);
        call.expire();
      }
    },
  };
}

function add(counts: Map<string, number>, key: string, by: number): void {
  const count = (counts.get(key) ?? 0) + by;
  if (count === 0) counts.delete(key);
  else counts.set(key, count);
}
