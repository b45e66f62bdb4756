// A walk to a server over HTTP: credentials, name, connection, TLS, first answer, access, revisions, list.

import { peerCertificate, showCertificate } from '../http/index.ts';
import type { DialFailure, DialWatch, PeerCertificate, PoolOptions } from '../http/index.ts';
import type { SecretsDoor } from './doors.ts';
import { createHttpReach } from './http-reach.ts';
import type { HttpTarget } from './http-target.ts';
import { ask, DISCOVER, INITIALIZE, MAX_PROBE_BYTES, MODERN_HEADERS } from './probe-questions.ts';
import type { HttpAnswer } from './probe-questions.ts';
import { probeHttp, PROBE_TIMEOUT_MS } from './probe.ts';
import { openSseCarrier } from './sse-carrier.ts';
import type { HttpServerConfig } from './types.ts';
import type { EraVerdict, NoVerdict } from './verdict.ts';
import { createSteps, NO_SIGHTS } from './walk.ts';
import type { HopName, Sights, Steps, Walk } from './walk.ts';
import { listOnLines, listOverHttp, readSelf } from './walk-list.ts';

export interface HttpWalkOptions {
  readonly secrets: SecretsDoor;
  readonly pool: Omit<PoolOptions, 'watch'>;
  readonly nowMs: () => number;
}

/** What a dial showed. */
interface DialSeen {
  addresses: readonly string[];
  resolvedAtMs: number | undefined;
  connectedAtMs: number | undefined;
  securedAtMs: number | undefined;
  certificate: PeerCertificate | undefined;
  failure: DialFailure | undefined;
}

interface Walking {
  readonly config: HttpServerConfig;
  readonly steps: Steps;
  readonly isSecure: boolean;
  readonly nowMs: () => number;
}

/** Goes there on a connection of its own. */
export async function walkHttp(config: HttpServerConfig, { secrets, pool, nowMs }: HttpWalkOptions): Promise<Walk> {
  const url = new URL(config.url);
  const isSecure = url.protocol === 'https:';
  const order: HopName[] = ['credentials', 'dns', 'tcp', ...(isSecure ? (['tls'] as const) : []), 'http', 'auth', 'era', 'list'];
  const walking: Walking = { config, steps: createSteps(), isSecure, nowMs };
  const seen: DialSeen = {
    addresses: [],
    resolvedAtMs: undefined,
    connectedAtMs: undefined,
    securedAtMs: undefined,
    certificate: undefined,
    failure: undefined,
  };
  const reach = createHttpReach(config, secrets, { ...pool, maxConnections: 1, watch: watchDial(seen) });
  const beganMs = performance.now();
  try {
    const sights = await go(walking, () => reach.renew(), seen);
    return walking.steps.finish(order, performance.now() - beganMs, sights);
  } finally {
    reach.close();
  }
}

/** Later connections of the same walk are not looked at: the first one shows every step. */
function watchDial(seen: DialSeen): DialWatch {
  return {
    onResolved: (addresses) => {
      if (seen.resolvedAtMs !== undefined) return;
      seen.addresses = addresses;
      seen.resolvedAtMs = performance.now();
    },
    onConnected: () => (seen.connectedAtMs ??= performance.now()),
    onSecured: (socket) => {
      seen.securedAtMs ??= performance.now();
      seen.certificate ??= peerCertificate(socket);
    },
    onFailed: (failure) => (seen.failure ??= failure),
  };
}

async function go(walking: Walking, renew: () => Promise<HttpTarget>, seen: DialSeen): Promise<Sights> {
  const { config, steps, nowMs } = walking;
  const target = await fetchCredentials(walking, renew);
  if (target === undefined) return NO_SIGHTS;
  const sentMs = performance.now();
  const waitMs = Math.min(config.timeoutMs ?? PROBE_TIMEOUT_MS, PROBE_TIMEOUT_MS);
  const first = await askAtAll(target, waitMs);
  const dialSights = { ...NO_SIGHTS, addresses: seen.addresses, ...(await tellDial(walking, seen, sentMs)) };
  if (steps.hasFailed) return dialSights;
  const answered = tellAnswer(walking, first, seen.securedAtMs ?? seen.connectedAtMs ?? sentMs);
  if (answered === undefined) return dialSights;
  const sights = { ...dialSights, clockSkewSeconds: skewOf(answered, nowMs()), says: readSelf(answered.value) };
  if (steps.hasFailed) return sights;
  const verdict = await agree(walking, target, waitMs);
  if (verdict === undefined) return sights;
  const tools = await list(walking, target, verdict, waitMs);
  return { ...sights, revisions: verdict.revisions, tools, says: sights.says ?? (await introduce(target, verdict, waitMs)) };
}

async function fetchCredentials({ config, steps }: Walking, renew: () => Promise<HttpTarget>): Promise<HttpTarget | undefined> {
  const beganMs = performance.now();
  try {
    const target = await renew();
    const count = Object.keys(config.headers).length;
    steps.done(
      'credentials',
      performance.now() - beganMs,
      count === 0 ? 'None are configured.' : `${count} headers, and where they come from can be read.`,
    );
    return target;
  } catch (error) {
    const text = error instanceof Error ? error.message : 'They cannot be read.';
    steps.failed(
      'credentials',
      performance.now() - beganMs,
      text,
      `Look at 'headers' and 'tls.ca' of the server '${config.name}' in the config.`,
    );
    return undefined;
  }
}

/** A server of before may answer what it does not know with a fault; then the other question says more. */
async function askAtAll(target: HttpTarget, waitMs: number): Promise<HttpAnswer | NoVerdict> {
  const discover = await ask(target, DISCOVER, waitMs, MODERN_HEADERS);
  if ('reason' in discover || (discover.status ?? 0) < 500) return discover;
  const initialize = await ask(target, INITIALIZE, waitMs, []);
  return 'reason' in initialize ? discover : { ...initialize, headAtMs: discover.headAtMs };
}

/** Name, connection and TLS, as the first dial showed them. */
async function tellDial({ config, steps, isSecure, nowMs }: Walking, seen: DialSeen, sentMs: number): Promise<Partial<Sights>> {
  const { failure, resolvedAtMs, connectedAtMs, securedAtMs, addresses } = seen;
  const { hostname } = new URL(config.url);
  const now = performance.now();
  if (resolvedAtMs === undefined) {
    if (failure !== undefined) steps.failed('dns', now - sentMs, failure.detail, dialRemedy(failure));
    return {};
  }
  steps.done('dns', resolvedAtMs - sentMs, `${hostname} is ${addresses.join(', ')}.`);
  if (connectedAtMs === undefined) {
    if (failure !== undefined) steps.failed('tcp', now - resolvedAtMs, failure.detail, dialRemedy(failure));
    return {};
  }
  steps.done('tcp', connectedAtMs - resolvedAtMs, 'It takes connections.');
  if (!isSecure) return {};
  if (securedAtMs !== undefined) {
    const { certificate } = seen;
    steps.done('tls', securedAtMs - connectedAtMs, `${certificate?.version ?? 'TLS'}, certificate ${describe(certificate, nowMs())}.`);
    return { certificate, isTrusted: true };
  }
  if (failure === undefined) return {};
  const shown = failure.kind === 'tls_untrusted' ? await showRefused(config, addresses) : undefined;
  const what = shown === undefined ? '' : ` The certificate it shows ${describe(shown, nowMs())}.`;
  steps.failed('tls', now - connectedAtMs, `${failure.detail}.${what}`, dialRemedy(failure));
  return { certificate: shown };
}

/** The connection that was refused is gone; a second one, over which nothing is said, shows the certificate. */
async function showRefused(config: HttpServerConfig, [address]: readonly string[]): Promise<PeerCertificate | undefined> {
  const { hostname, port } = new URL(config.url);
  const host = hostname.startsWith('[') ? hostname.slice(1, -1) : hostname;
  return address === undefined ? undefined : showCertificate(address, port === '' ? 443 : Number(port), host, PROBE_TIMEOUT_MS);
}

function describe(certificate: PeerCertificate | undefined, nowMs: number): string {
  if (certificate === undefined) return 'could not be read';
  const { notBefore, notAfter } = certificate;
  const day = (date: Date): string => date.toISOString().slice(0, 10);
  if (notAfter.getTime() < nowMs) return `expired on ${day(notAfter)}`;
  if (notBefore.getTime() > nowMs) return `is not valid before ${day(notBefore)}`;
  return `is valid until ${day(notAfter)}`;
}

function dialRemedy({ kind }: DialFailure): string | null {
  switch (kind) {
    case 'unresolved':
      return "Check the host in its 'url', and the resolver of this machine.";
    case 'address_refused':
      return 'The address policy keeps the gateway from going there.';
    case 'unreachable':
      return "Start the server, or check host and port in its 'url'.";
    case 'timeout':
      return 'Something on the way drops packets: look at firewalls and routes.';
    case 'tls_untrusted':
      return "Renew the certificate of the server, or name the CA that issued it as 'tls.ca'.";
    case 'tls_version':
      return 'The server must speak a newer version of TLS.';
    case 'tls_settings':
      return "Look at the file that 'tls.ca' names.";
    case 'tls_failed':
    case 'proxy_refused':
      return "Check the scheme, host and port in its 'url'.";
    case 'cancelled':
      return null;
  }
}

/** The first answer, and whether it lets us in. undefined: there was none. */
function tellAnswer({ steps }: Walking, first: HttpAnswer | NoVerdict, readyMs: number): HttpAnswer | undefined {
  const tookMs = performance.now() - readyMs;
  if ('reason' in first) {
    steps.failed('http', tookMs, first.reason, 'The server takes connections and does not answer: look at its log.');
    return undefined;
  }
  const { status = 0, headAtMs } = first;
  const ms = Math.max(0, (headAtMs ?? performance.now()) - readyMs);
  if (status >= 500) {
    steps.failed('http', ms, `It answers ${status}.`, 'The server, or a proxy in front of it, is broken: look at its log.');
    return first;
  }
  steps.done('http', ms, `It answers (${status}).`);
  if (status === 401 || status === 403) {
    steps.failed(
      'auth',
      null,
      `It answers ${status}: it does not take the credentials.`,
      "Give it valid ones under 'headers' in the config.",
    );
    return first;
  }
  steps.done('auth', null, 'It lets the gateway in.');
  return first;
}

async function agree({ steps, nowMs }: Walking, target: HttpTarget, waitMs: number): Promise<EraVerdict | undefined> {
  const beganMs = performance.now();
  const verdict = await probeHttp(target, waitMs, nowMs);
  const tookMs = performance.now() - beganMs;
  if (verdict.ok) {
    steps.done('era', tookMs, `It speaks ${verdict.value.revisions.join(', ')}.`);
    return verdict.value;
  }
  steps.failed(
    'era',
    tookMs,
    verdict.error.reason,
    "Check the path in its 'url': what answers there is no MCP server, or one of another era.",
  );
  return undefined;
}

async function list({ config, steps }: Walking, target: HttpTarget, verdict: EraVerdict, waitMs: number): Promise<number | null> {
  const beganMs = performance.now();
  const limits = { server: config.name, maxMessageBytes: MAX_PROBE_BYTES, answerTimeoutMs: waitMs, streamIdleTimeoutMs: waitMs };
  const overSse = verdict.transport === 'sse' && !verdict.modern;
  const listed = overSse
    ? await listOnLines((events) => openSseCarrier(target, limits, events), false, waitMs)
    : await listOverHttp(target, verdict.modern, waitMs);
  const tookMs = performance.now() - beganMs;
  if ('problem' in listed) {
    steps.failed('list', tookMs, listed.problem, 'It answers, and cannot say what tools it has: look at its log.');
    return null;
  }
  steps.done('list', tookMs, `${listed.tools} tools on the first page of its list.`);
  return listed.tools;
}

/** One of before says what it is when a session begins. */
async function introduce(target: HttpTarget, { modern, transport }: EraVerdict, waitMs: number): Promise<Sights['says']> {
  if (modern || transport !== 'streamable') return null;
  const begun = await ask(target, INITIALIZE, waitMs, []);
  return 'reason' in begun ? null : readSelf(begun.value);
}

/** A Date header names a second: on average it is half of one behind. */
function skewOf({ date }: HttpAnswer, nowMs: number): number | null {
  const theirs = date === undefined ? Number.NaN : Date.parse(date);
  return Number.isNaN(theirs) ? null : Math.round((theirs + 500 - nowMs) / 1_000);
}
