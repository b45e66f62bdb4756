// Before a tool or a prompt is used: what the server has under this name now must be what was approved. Where this worker has not seen that for a
// while, or the server has said that it changed, its list is read first, once for all who wait. Known and fresh, this is two look-ups.

import type { DefinitionKind, Standing } from '../tools/index.ts';
import type { Server } from '../servers/index.ts';
import { askMember } from './ask.ts';
import type { ListKind } from './bridge/index.ts';
import type { Call, Ports } from './exchange.ts';
import { listRequest } from './list-request.ts';
import { readList } from './member-lists.ts';
import type { Refused } from './rescue.ts';
import { readListInSession } from './session-lists.ts';
import { beginAwaiting } from './times.ts';

/** Why a thing may not be used now, for the record and for the agent. */
export interface NotUsable {
  /** `upstream`: its server cannot say what it has now. */
  readonly reason: 'not-approved' | 'changed' | 'unknown-tool' | 'unknown-prompt' | 'upstream' | 'session_unknown';
  readonly refused: Refused;
}

type Done = (notUsable: NotUsable | undefined) => void;
type Listed = 'tool' | 'prompt';

/** Enough for 10 000 tools. */
const MAX_PAGES = 100;
/** Nobody waits longer than this for a list that is read before a call. */
const LOOK_MS = 10_000;
/** What is refused is looked at again this often, and not oftener: it may have been put right. */
const RELOOK_MS = 1_000;
/** After a list could not be read, or what is new on it not be judged. */
const FAILED_MS = 10_000;
/** A list that changes while it is read is read again, this often in all. */
const MAX_LOOKS = 3;

const LIST_OF: Readonly<Record<Listed, ListKind>> = { tool: 'tools', prompt: 'prompts' };

/** Reads lists before calls, for one worker. */
export interface Gate {
  /** Whether what a call is about may be used as it is now. `done` is called at once, unless a list must be read first. */
  pass(call: Call, ports: Ports, done: Done): void;
  /** Reads which tools a server has now, where that is not known; `done` is called also if it cannot be read. */
  refresh(call: Call, server: Server, ports: Ports, done: () => void): void;
}

/** A gate that has read nothing yet. */
export function createGate(): Gate {
  /** Who waits for a list, by server, kind and who asks: what a server lists may depend on that. */
  const looks = new Map<string, ((fault: Refused | undefined) => void)[]>();
  const lookedAtMs = new Map<string, number>();
  const failedAtMs = new Map<string, number>();
  /** Why the last look failed, where its server was to blame. */
  const faults = new Map<string, Refused>();

  const look = (call: Call, kind: Listed, road: Road, ports: Ports, done: (fault: Refused | undefined) => void): void => {
    const { principal } = call.arrival;
    const session = call.inbound.kind === 'legacy' ? (call.inbound.token ?? '') : '';
    const key = [call.server.name, kind, principal.tenant, principal.agent, session].join('\u0000');
    const waiting = looks.get(key);
    if (waiting !== undefined) return void waiting.push(done);
    looks.set(key, [done]);
    lookedAtMs.set(lookOf(call, kind), ports.nowMs());
    readWhole(call, kind, road, ports, (fault) => {
      const all = looks.get(key) ?? [];
      looks.delete(key);
      for (const one of all) one(fault);
    });
  };

  return {
    refresh: (call, server, ports, done) => {
      const asked: Call = { ...call, server };
      const road = roadOf(call, ports);
      const isRecent = ports.nowMs() - (lookedAtMs.get(lookOf(asked, 'tool')) ?? Number.NEGATIVE_INFINITY) < FAILED_MS;
      if (road === 'none' || ports.catalogue.isFresh(server.name, 'tool') || isRecent) return done();
      look(asked, 'tool', road, ports, () => done());
    },
    pass: (call, ports, done) => {
      const { subject } = call.question;
      if (call.members !== undefined || (subject.kind !== 'tool' && subject.kind !== 'prompt')) return done(undefined);
      const { kind, name } = subject;
      const { catalogue } = ports;
      const server = call.server.name;
      const standing = catalogue.standing(server, kind, name);
      const isFresh = catalogue.isFresh(server, kind);
      // What a server lists may depend on who asks: what was gone for another agent is looked for in this one's name.
      const isGone = (): boolean => catalogue.isGone(server, kind, name);
      if (standing === 'approved' && isFresh && !isGone()) return done(undefined);
      const road = roadOf(call, ports);
      if (road === 'none') return done({ reason: 'session_unknown', refused: { code: 'session_unknown' } });
      const since = (times: ReadonlyMap<string, number>): number =>
        ports.nowMs() - (times.get(lookOf(call, kind)) ?? Number.NEGATIVE_INFINITY);
      const isLookedAt = since(lookedAtMs) < RELOOK_MS && (isFresh || since(failedAtMs) < FAILED_MS);
      if ((standing !== 'approved' && isLookedAt) || catalogue.faultOf(server) !== undefined) {
        // Of a server that could not be asked nobody can say that it does not have this.
        const fault = isFresh || standing !== 'unknown' ? undefined : faults.get(lookOf(call, kind));
        return done(fault === undefined ? toRefusal(call, standing, ports) : { reason: 'upstream', refused: fault });
      }
      // A server whose list cannot be had does not make every call wait for that: nobody has been shown anything but what is approved. Only where
      // it has said that it changed, it must say to what.
      const goesOn = (): boolean =>
        catalogue.standing(server, kind, name) === 'approved' && !catalogue.isDoubted(server, kind) && !isGone();
      if (goesOn() && since(failedAtMs) < FAILED_MS) return done(undefined);
      // Reading a list takes what its server takes, and its start where that is a program.
      const over = beginAwaiting(call.times, ports.nowUs);
      const judge = (fault: Refused | undefined, looked: number): void => {
        // It changed while it was read, or the reading that this call waited for began before that.
        const isOutdated = fault === undefined && catalogue.isDoubted(server, kind);
        if (isOutdated && looked < MAX_LOOKS) return look(call, kind, road, ports, (next) => judge(next, looked + 1));
        const failed: Refused | undefined = isOutdated ? { code: 'upstream_timeout', say: restless(server) } : fault;
        over();
        // That policy denies this agent the list says nothing of the server, nor of what others may read.
        if (failed?.code !== 'denied' && (failed !== undefined || !catalogue.isFresh(server, kind)))
          failedAtMs.set(lookOf(call, kind), ports.nowMs());
        if (failed === undefined) faults.delete(lookOf(call, kind));
        else if (failed.code !== 'denied') faults.set(lookOf(call, kind), failed);
        const now = catalogue.standing(server, kind, name);
        if (failed === undefined) return done(toRefusal(call, now === 'approved' && isGone() ? 'unknown' : now, ports));
        done(goesOn() ? undefined : { reason: 'upstream', refused: failed });
      };
      look(call, kind, road, ports, (fault) => judge(fault, 1));
    },
  };
}

/** Names of servers hold no space, and there are as many as in the config. */
function lookOf({ server }: Call, kind: Listed): string {
  return `${server.name} ${kind}`;
}

/** Reads the list of a kind from its beginning to its end, where the call itself would go. */
function readWhole(call: Call, kind: Listed, road: Road, ports: Ports, done: (fault: Refused | undefined) => void): void {
  const { arrival, server } = call;
  let over = false;
  let timer: NodeJS.Timeout | undefined; // Set last: a server that cannot be used says so at once.
  const finish = (fault: Refused | undefined): void => {
    if (over) return;
    over = true;
    clearTimeout(timer);
    done(fault);
  };
  const doubts = ports.catalogue.doubtsOf(server.name, kind);
  let taken = 0;
  const take = (bytes: number): boolean => (taken += bytes) <= arrival.snapshot.limits.maxListBytes;
  const options = { cursor: undefined, maxPages: MAX_PAGES, take };
  const whole = (ttlMs: number): void => {
    ports.catalogue.fresh(server.name, kind, ttlMs, doubts);
    finish(undefined);
  };
  const reading =
    road === 'session'
      ? readListInSession(arrival, LIST_OF[kind], options, ports, (fault) => (fault === undefined ? whole(0) : finish(fault)))
      : readList(askerFor(call), server, LIST_OF[kind], options, ports, ({ rest, ttlMs, fault }) =>
          fault === undefined && rest === undefined ? whole(ttlMs) : finish(fault),
        );
  timer = setTimeout(() => {
    reading.giveUp();
    finish({ code: 'upstream_timeout', say: `The MCP server '${server.name}' does not say in time what it has; try again.` });
  }, LOOK_MS);
  if (over) clearTimeout(timer);
}

/**
 * Where a server is asked what it has. A session of an older revision that is relayed as it is has its own server, or its own program, and elsewhere
 * it would be another one that answers: it is asked in the session itself. `none`: there is no such session.
 */
type Road = 'session' | 'beside' | 'none';

function roadOf({ inbound, arrival }: Call, ports: Ports): Road {
  if (inbound.kind !== 'legacy') return 'beside';
  const session = inbound.token === undefined ? undefined : ports.sessions.find(inbound.token, arrival.principal, arrival.route.key);
  if (session === undefined) return 'none';
  return session.kind === 'played' ? 'beside' : 'session';
}

function askerFor({ inbound, arrival }: Call): Parameters<typeof readList>[0] {
  if (inbound.kind === 'modern') return { arrival, request: inbound.request, scope: '', askMember };
  const id = inbound.kind === 'legacy' && inbound.message.kind === 'request' ? inbound.message.id : 0;
  return { arrival, request: listRequest(id), scope: '', askMember };
}

function restless(server: string): string {
  return `The MCP server '${server}' says that what it has changes, again and again while it is read; try again.`;
}

function toRefusal(call: Call, standing: Standing, ports: Ports): NotUsable | undefined {
  const { subject } = call.question;
  const server = call.server.name;
  if (standing === 'approved' || subject.kind === 'server') return undefined;
  const kind: DefinitionKind = subject.kind === 'prompt' ? 'prompt' : 'tool';
  const what = `The ${kind} ${quote(subject.name)} of '${server}'`;
  const review = `Whoever runs the gateway can look at it: sallyport tools review ${server} (record ${call.id}).`;
  const fault = ports.catalogue.faultOf(server);
  switch (standing) {
    case 'changed':
      return refusal(
        'changed',
        `${what} is not what was approved any more; it is withheld until somebody has looked at the change. ${review}`,
      );
    case 'withheld': {
      const why =
        fault === undefined ? 'has not been approved' : `is withheld because the approvals of its server cannot be trusted: ${fault}`;
      return refusal('not-approved', `${what} ${why}. ${review}`);
    }
    case 'unknown':
      return refusal(kind === 'tool' ? 'unknown-tool' : 'unknown-prompt', `${what} is not on the list of its server.`);
    default:
      return standing satisfies never;
  }
}

function refusal(reason: NotUsable['reason'], say: string): NotUsable {
  return { reason, refused: { code: 'denied', say } };
}

/** Names come from the caller: quoted, so that control characters show, and cut. */
function quote(name: string): string {
  return JSON.stringify(name.length > MAX_SHOWN ? `${name.slice(0, MAX_SHOWN)}…` : name);
}

const MAX_SHOWN = 128;
