// The gateway that runs: what it says is wrong, whether its listeners answer, and what it carries.

import { connect } from 'node:net';
import { THRESHOLDS } from '../../admin/index.ts';
import type { AdminPorts, CapacityView, GatewayStatus, Overview, Warning } from '../../admin/index.ts';
import { showCertificate } from '../../http/index.ts';
import { finding } from './finding.ts';
import type { Area, Finding } from './finding.ts';

const CONNECT_TIMEOUT_MS = 3_000;
const DAY_MS = 86_400_000;

/** Whoever asks these goes there, and knows it better. */
const SEEN_OTHERWISE: ReadonlySet<Warning['code']> = new Set(['server_failed', 'disk_low', 'disk_full']);

/** State and warnings. */
export function checkGateway(status: GatewayStatus, overview: Overview | undefined): Finding[] {
  const { workers } = status;
  const serving = workers.filter(({ state }) => state === 'serving').length;
  const state = `Version ${status.version}, process ${status.pid}, ${serving} workers serve, config revision ${status.config.revision} in force since ${status.config.loadedAt}.`;
  const warnings = (overview?.warnings ?? []).filter(({ code }) => !SEEN_OTHERWISE.has(code)).map(toFinding);
  return [
    status.ready
      ? finding('gateway', 'ok', `It is ready. ${state}`)
      : finding('gateway', 'failed', `It is not ready. ${state}`, { remedy: 'Its log says why.' }),
    ...warnings,
  ];
}

function toFinding({ severity, code, about, text, remedy }: Warning): Finding {
  const more = { remedy, ...(about === null ? {} : { about }) };
  const verdict = severity === 'critical' ? 'failed' : severity === 'warning' ? 'warning' : 'ok';
  return finding(areaOf(code), verdict, text, more);
}

function areaOf(code: Warning['code']): Area {
  switch (code) {
    case 'config_refused':
      return 'config';
    case 'disk_full':
    case 'disk_low':
    case 'disk_slow':
      return 'disk';
    case 'clock_wrong':
      return 'clock';
    case 'server_failed':
    case 'server_slow':
      return 'server';
    case 'anchor_late':
    case 'audit_faulted':
    case 'certificate_ends':
    case 'certificate_over':
    case 'keeper_gone':
    case 'locked_down':
    case 'loop_slow':
    case 'overloaded':
    case 'workers_missing':
    case 'other':
      return 'gateway';
  }
}

/** Goes to every listener, as an agent would. */
export async function checkListeners({ listeners, notServed = [] }: GatewayStatus, nowMs: number): Promise<Finding[]> {
  const reached = await Promise.all(listeners.map(({ name, url }) => checkListener(name, new URL(url), nowMs)));
  return [
    ...reached,
    ...notServed.map(({ name, url }) =>
      finding('listener', 'failed', `${url} is not served.`, { about: `listener ${name}`, remedy: 'The log of the gateway says why.' }),
    ),
  ];
}

async function checkListener(name: string, url: URL, nowMs: number): Promise<Finding> {
  const about = `listener ${name}`;
  // What is listened on at every address is reached at this one.
  const host = url.hostname
    .replace(/^\[|\]$/g, '')
    .replace(/^0\.0\.0\.0$/, '127.0.0.1')
    .replace(/^::$/, '::1');
  const port = Number(url.port || (url.protocol === 'https:' ? 443 : 80));
  const ms = await connectMs(host, port);
  if (typeof ms === 'string')
    return finding('listener', 'failed', `${url.host} does not take connections (${ms}).`, {
      about,
      remedy: 'Look at the log of the gateway, and at firewalls.',
    });
  const answers = `${url.host} takes connections (${ms.toFixed(1)} ms).`;
  if (url.protocol !== 'https:') return finding('listener', 'ok', answers, { about });
  const certificate = await showCertificate(host, port, host, CONNECT_TIMEOUT_MS);
  if (certificate === undefined)
    return finding('listener', 'failed', `${answers} But it ends no TLS handshake.`, { about, remedy: 'Look at the log of the gateway.' });
  const leftMs = certificate.notAfter.getTime() - nowMs;
  const day = certificate.notAfter.toISOString().slice(0, 10);
  const remedy = 'Put a new certificate into the files that the config names, and reload.';
  if (leftMs <= 0) return finding('listener', 'failed', `Its certificate has expired on ${day}.`, { about, remedy });
  if (leftMs < THRESHOLDS.certificateSoonMs)
    return finding('listener', 'warning', `Its certificate ends on ${day}, in ${Math.ceil(leftMs / DAY_MS)} days.`, { about, remedy });
  return finding('listener', 'ok', `${answers} Its certificate is valid until ${day}.`, { about });
}

function connectMs(host: string, port: number): Promise<number | string> {
  return new Promise((resolve) => {
    const beganMs = performance.now();
    const socket = connect({ host, port });
    const end = (result: number | string): void => {
      socket.destroy();
      resolve(result);
    };
    socket.setTimeout(CONNECT_TIMEOUT_MS, () => end(`not within ${CONNECT_TIMEOUT_MS} ms`));
    socket.once('connect', () => end(performance.now() - beganMs));
    socket.once('error', (error: NodeJS.ErrnoException) => end(error.code ?? 'no code'));
  });
}

/** What gives out first, where that is near. */
export async function checkCapacity(admin: AdminPorts): Promise<Finding[]> {
  const read = await admin.overview.capacity();
  return read.ok ? [toCapacity(read.value)] : [];
}

const NEAR = 0.8;

function toCapacity({ isReliable, calls, load, carries, more, first, cpuMicrosPerCall, resources }: CapacityView): Finding {
  if (!isReliable || carries === null || first === null)
    return finding('capacity', 'skipped', `${calls} calls in the last quarter of an hour: too few to say what one costs.`);
  const text = `${load.callsPerSecond} calls/s now, about ${more ?? 0} more would go; what gives out first is ${first}. A call costs ${cpuMicrosPerCall ?? 0} µs of processor time.`;
  const isNear = load.callsPerSecond > carries * NEAR;
  return finding('capacity', isNear ? 'warning' : 'ok', text, { remedy: isNear ? (resources[0]?.text ?? null) : null });
}
