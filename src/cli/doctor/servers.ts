// Every server: a worker of the gateway goes every step of the way to it, and what is broken or slow is named with its figure.

import { THRESHOLDS } from '../../admin/index.ts';
import type { AdminPorts, ServerProbe } from '../../admin/index.ts';
import { finding } from './finding.ts';
import type { Finding } from './finding.ts';

const AT_ONCE = 4;
const DAY_MS = 86_400_000;

export interface ServerChecks {
  readonly findings: readonly Finding[];
  readonly probes: readonly ServerProbe[];
}

/** `onDone` is told after each. */
export async function checkServers(
  admin: AdminPorts,
  names: readonly string[],
  onDone: (done: number, of: number) => void,
  nowMs: number,
): Promise<ServerChecks> {
  const results = new Map<string, readonly Finding[]>();
  const probes: ServerProbe[] = [];
  const waiting = [...names];
  const work = async (): Promise<void> => {
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
      const probed = await admin.overview.probe(name);
      if (probed.ok) probes.push(probed.value);
      results.set(name, probed.ok ? toFindings(probed.value, nowMs) : [finding('server', 'failed', probed.error.detail, { about: name })]);
      onDone(results.size, names.length);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return { findings: names.flatMap((name) => results.get(name) ?? []), probes };
}

function toFindings(probe: ServerProbe, nowMs: number): Finding[] {
  const about = probe.server;
  const remedy = probe.hops.find(({ hop }) => hop === probe.hop)?.remedy ?? null;
  const found = [finding('server', probe.verdict === 'slow' ? 'warning' : probe.verdict, textOf(probe), { about, remedy })];
  const { tls } = probe;
  if (tls === null || !tls.isTrusted) return found;
  const leftMs = Date.parse(tls.validUntil) - nowMs;
  if (leftMs < THRESHOLDS.certificateSoonMs)
    found.push(
      finding(
        'server',
        'warning',
        `Its certificate ends on ${tls.validUntil.slice(0, 10)}, in ${Math.max(0, Math.ceil(leftMs / DAY_MS))} days.`,
        {
          about,
          remedy: 'Whoever runs the server has to renew it.',
        },
      ),
    );
  return found;
}

function textOf({ verdict, text, hops, tools, revisions }: ServerProbe): string {
  const steps = hops.flatMap(({ hop, ms }) => (ms === null ? [] : [`${hop} ${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`])).join(', ');
  if (verdict === 'failed') return text;
  return `${text} ${steps}. ${tools ?? 0} ${tools === 1 ? 'tool' : 'tools'}; ${revisions.join(', ')}.`;
}

/** Our clock against those of the servers: where most differ by the same, it is ours that is wrong. */
export function compareClocks(probes: readonly ServerProbe[]): Finding[] {
  const told = probes.flatMap(({ server, clockSkewSeconds }) => (clockSkewSeconds === null ? [] : [{ server, ahead: clockSkewSeconds }]));
  const wrong = told.filter(({ ahead }) => Math.abs(ahead) >= THRESHOLDS.wrongClockSeconds);
  const [first] = wrong;
  if (told.length === 0) return [finding('clock', 'skipped', 'No server says what its clock shows.')];
  if (first === undefined) return [finding('clock', 'ok', `Ours agrees with those of ${told.length} servers.`)];
  const how = (ahead: number): string => `${Math.abs(ahead)} s ${ahead > 0 ? 'ahead' : 'behind'}`;
  if (wrong.length > 1 && wrong.length * 2 > told.length)
    return [
      finding(
        'clock',
        'failed',
        `${wrong.length} of ${told.length} servers disagree with our clock: ${first.server} is ${how(first.ahead)} of it. Ours is wrong.`,
        {
          remedy: 'Set the clock of this machine and have it kept by NTP: records, keys and certificates go by it.',
        },
      ),
    ];
  const remedy =
    told.length === 1
      ? 'Compare both with a third: one of them is wrong.'
      : 'Other servers agree with ours: whoever runs it has to set it.';
  return wrong.map(({ server, ahead }) =>
    finding('clock', 'warning', `The clock of the server is ${how(ahead)} of ours.`, { about: server, remedy }),
  );
}
