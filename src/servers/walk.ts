// A walk to a server, step by step, by the same way that calls go, on a connection of its own: for whoever wants to know which step is broken
// or slow, with the figure that shows it. Nothing of it touches the connections, sessions or programs that calls use.

import type { PeerCertificate } from '../http/index.ts';

/** Steps in the order in which they are gone. */
export type HopName = 'credentials' | 'dns' | 'tcp' | 'tls' | 'process' | 'http' | 'auth' | 'era' | 'list';

/** What came of one step. */
export interface WalkHop {
  readonly hop: HopName;
  readonly verdict: 'ok' | 'slow' | 'failed' | 'skipped';
  readonly ms: number | null;
  readonly text: string;
  readonly remedy: string | null;
}

/** What came of the whole walk. */
export interface Walk {
  readonly ms: number;
  readonly verdict: 'ok' | 'slow' | 'failed';
  /** The step that failed, or that is slowest for what it does. */
  readonly hop: HopName | null;
  readonly text: string;
  readonly hops: readonly WalkHop[];
  readonly addresses: readonly string[];
  readonly certificate: PeerCertificate | undefined;
  readonly isTrusted: boolean;
  /** How far its clock is ahead of ours. */
  readonly clockSkewSeconds: number | null;
  readonly says: { readonly name: string; readonly version: string } | null;
  readonly revisions: readonly string[];
  readonly tools: number | null;
}

/** What is seen besides the steps. */
export type Sights = Pick<Walk, 'addresses' | 'certificate' | 'isTrusted' | 'clockSkewSeconds' | 'says' | 'revisions' | 'tools'>;

export const NO_SIGHTS: Sights = {
  addresses: [],
  certificate: undefined,
  isTrusted: false,
  clockSkewSeconds: null,
  says: null,
  revisions: [],
  tools: null,
};

/** What a step takes at most where nothing is wrong with it: beyond, people notice. */
const SLOW_MS: Readonly<Record<HopName, number>> = {
  credentials: 1_000,
  dns: 250,
  tcp: 250,
  tls: 500,
  process: 10_000,
  http: 1_000,
  auth: 1_000,
  // Several questions one after the other.
  era: 4_000,
  list: 2_000,
};

const NAMES: Readonly<Record<HopName, string>> = {
  credentials: 'reading its credentials',
  dns: 'resolving its name',
  tcp: 'connecting',
  tls: 'the TLS handshake',
  process: 'starting its program',
  http: 'its first answer',
  auth: 'its check of the credentials',
  era: 'agreeing on a revision',
  list: 'its list of tools',
};

/** Writes down the steps as they are gone. */
export interface Steps {
  done(hop: HopName, ms: number | null, text: string): void;
  failed(hop: HopName, ms: number | null, text: string, remedy: string | null): void;
  readonly hasFailed: boolean;
  /** Everything, with those that were never gone. */
  finish(order: readonly HopName[], ms: number, sights: Sights): Walk;
}

export function createSteps(): Steps {
  const hops: WalkHop[] = [];
  return {
    get hasFailed() {
      return hops.some(({ verdict }) => verdict === 'failed');
    },
    done: (hop, ms, text) => {
      const isSlow = ms !== null && ms > SLOW_MS[hop];
      hops.push({ hop, ms, text, verdict: isSlow ? 'slow' : 'ok', remedy: isSlow ? slowRemedy(hop) : null });
    },
    failed: (hop, ms, text, remedy) => void hops.push({ hop, ms, text, verdict: 'failed', remedy }),
    finish: (order, ms, sights) => {
      const all = order.map((hop) => hops.find((one) => one.hop === hop) ?? skipped(hop));
      return { ms, hops: all, ...sights, ...conclude(all, ms) };
    },
  };
}

function skipped(hop: HopName): WalkHop {
  return { hop, verdict: 'skipped', ms: null, text: 'A step before it failed.', remedy: null };
}

function conclude(hops: readonly WalkHop[], ms: number): Pick<Walk, 'verdict' | 'hop' | 'text'> {
  const broken = hops.find(({ verdict }) => verdict === 'failed');
  if (broken !== undefined)
    return { verdict: 'failed', hop: broken.hop, text: `Failed at ${NAMES[broken.hop]} (${broken.hop}): ${broken.text}` };
  // What waits for a slow step is slow as well: the one that is furthest beyond what it may take is to blame.
  const excess = ({ hop, ms: took }: WalkHop): number => (took ?? 0) / SLOW_MS[hop];
  const [slowest] = hops.filter(({ verdict }) => verdict === 'slow').toSorted((a, b) => excess(b) - excess(a));
  if (slowest === undefined) return { verdict: 'ok', hop: null, text: `Every step is in order; all together took ${Math.round(ms)} ms.` };
  return {
    verdict: 'slow',
    hop: slowest.hop,
    text: `Slow at ${NAMES[slowest.hop]} (${slowest.hop}): ${Math.round(slowest.ms ?? 0)} ms of ${Math.round(ms)} ms in all.`,
  };
}

function slowRemedy(hop: HopName): string {
  switch (hop) {
    case 'credentials':
      return "Look at what its 'headers' come from.";
    case 'dns':
      return 'Look at the resolver of this machine, or name an address instead.';
    case 'tcp':
    case 'tls':
      return 'Look at the network between this machine and the server.';
    case 'process':
      return 'A program that is fetched when it is started is better installed; else look at the load of this machine.';
    case 'http':
    case 'auth':
    case 'era':
    case 'list':
      return 'The server itself takes this long: look at its own log and load.';
  }
}
