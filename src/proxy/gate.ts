// Before a tool or a prompt is used: what the server has under this name now must be what was approved. Where this worker has not seen that for a
// while, or the server has said that it changed, its list is read first, once for all who wait. Known and fresh, this is three look-ups.

import type { DefinitionKind, Standing } from '../tools/index.ts';
import { askMember } from './ask.ts';
import type { ListKind } from './bridge/index.ts';
import type { Call, Ports } from './exchange.ts';
import { listRequest } from './list-request.ts';
import { readList } from './member-lists.ts';
import type { Refused } from './rescue.ts';

/** Why a thing may not be used now, for the record and for the agent. */
export interface NotUsable {
  /** `upstream`: its server cannot say what it has now. */
  readonly reason: 'not-approved' | 'changed' | 'unknown-tool' | 'unknown-prompt' | 'upstream';
  readonly refused: Refused;
}

type Done = (notUsable: NotUsable | undefined) => void;

/** Enough for 10 000 tools. */
const MAX_PAGES = 100;
/** Nobody waits longer than this for a list that is read before a call. */
const LOOK_MS = 10_000;
/** What is refused is looked at again this often, and not oftener: it may have been put right. */
const RELOOK_MS = 1_000;
/** After a list could not be read. */
const FAILED_MS = 10_000;

const LIST_OF: Readonly<Record<'tool' | 'prompt', ListKind>> = { tool: 'tools', prompt: 'prompts' };

/** Reads lists before calls, for one worker. */
export interface Gate {
  /** Whether what a call is about may be used as it is now. `done` is called at once, unless a list must be read first. */
  pass(call: Call, ports: Ports, done: Done): void;
}

/** A gate that has read nothing yet. */
export function createGate(): Gate {
  /** Who waits for a list, by server, kind and agent: what a server lists may depend on who asks. */
  const looks = new Map<string, ((fault: Refused | undefined) => void)[]>();
  const lookedAtMs = new Map<string, number>();
  const failedAtMs = new Map<string, number>();

  const look = (call: Call, kind: 'tool' | 'prompt', ports: Ports, done: (fault: Refused | undefined) => void): void => {
    const { principal } = call.arrival;
    const key = `${call.server.name}\u0000${kind}\u0000${principal.tenant}\u0000${principal.agent}`;
    const waiting = looks.get(key);
    if (waiting !== undefined) return void waiting.push(done);
    looks.set(key, [done]);
    lookedAtMs.set(`${call.server.name} ${kind}`, ports.nowMs());
    readWhole(call, kind, ports, (fault) => {
      const all = looks.get(key) ?? [];
      looks.delete(key);
      for (const one of all) one(fault);
    });
  };

  return {
    pass: (call, ports, done) => {
      const { subject } = call.question;
      if (call.members !== undefined || (subject.kind !== 'tool' && subject.kind !== 'prompt')) return done(undefined);
      const { kind, name } = subject;
      const { catalogue } = ports;
      const server = call.server.name;
      const standing = catalogue.standing(server, kind, name);
      const isFresh = catalogue.isFresh(server, kind);
      if (standing === 'approved' && isFresh) return done(undefined);
      const trustsFirst =
        !catalogue.has(server, kind) &&
        catalogue.faultOf(server) === undefined &&
        call.arrival.snapshot.servers.get(server)?.trust === 'first-use';
      const wasJustRead = ports.nowMs() - (lookedAtMs.get(`${server} ${kind}`) ?? Number.NEGATIVE_INFINITY) < RELOOK_MS;
      if (trustsFirst && isFresh) return done(undefined);
      if (!mayLook(call, ports) || (isFresh && wasJustRead) || catalogue.faultOf(server) !== undefined)
        return done(trustsFirst && standing === 'unknown' ? undefined : toRefusal(call, standing, ports));
      const mustKnow = catalogue.isDoubted(server, kind);
      const isTrusted = standing === 'approved' || trustsFirst;
      const failedMs = ports.nowMs() - (failedAtMs.get(`${server} ${kind}`) ?? Number.NEGATIVE_INFINITY);
      // A server whose list cannot be had does not make every call wait for that.
      if (isTrusted && !mustKnow && failedMs < FAILED_MS) return done(undefined);
      look(call, kind, ports, (fault) => {
        // A server that lists nothing has shown nothing: there is nothing yet that a call could differ from.
        if (fault === undefined && trustsFirst && !catalogue.has(server, kind)) return done(undefined);
        if (fault === undefined) return done(toRefusal(call, catalogue.standing(server, kind, name), ports));
        // Nobody has been shown anything but what is approved. Only where the server has said that it changed, it must say to what.
        failedAtMs.set(`${server} ${kind}`, ports.nowMs());
        done(isTrusted && !mustKnow ? undefined : { reason: 'upstream', refused: fault });
      });
    },
  };
}

/**
 * Whether a list may be read beside this call. A session of an older revision that is relayed as it is has its own server, or its own program,
 * and another session would be another one: there, what its agent lists passes by, and what other sessions saw is known from control.
 */
function mayLook({ inbound, arrival }: Call, ports: Ports): boolean {
  if (inbound.kind === 'modern') return true;
  if (inbound.kind !== 'legacy' || inbound.token === undefined) return false;
  return ports.sessions.find(inbound.token, arrival.principal, arrival.route.key)?.kind === 'played';
}

function readWhole(call: Call, kind: 'tool' | 'prompt', ports: Ports, done: (fault: Refused | undefined) => void): void {
  const { arrival, inbound, server } = call;
  let over = false;
  let timer: NodeJS.Timeout | undefined; // Set last: a server that cannot be used says so at once.
  const finish = (fault: Refused | undefined): void => {
    if (over) return;
    over = true;
    clearTimeout(timer);
    done(fault);
  };
  let taken = 0;
  const take = (bytes: number): boolean => (taken += bytes) <= arrival.snapshot.limits.maxListBytes;
  const id = inbound.kind === 'modern' || inbound.kind === 'legacy' ? inbound.message : undefined;
  const request = inbound.kind === 'modern' ? inbound.request : listRequest(id?.kind === 'request' ? id.id : 0);
  const asker = { arrival, request, scope: '', askMember };
  const reading = readList(
    asker,
    server,
    LIST_OF[kind],
    { cursor: undefined, maxPages: MAX_PAGES, take },
    ports,
    ({ rest, ttlMs, fault }) => {
      if (fault === undefined && rest === undefined) ports.catalogue.fresh(server.name, kind, ttlMs);
      finish(fault);
    },
  );
  timer = setTimeout(() => {
    reading.giveUp();
    finish({ code: 'upstream_timeout', say: `The MCP server '${server.name}' does not say in time what it has; try again.` });
  }, LOOK_MS);
  if (over) clearTimeout(timer);
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
