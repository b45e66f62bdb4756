// Looks at a well-formed config for what cannot work or is not safe. Errors keep it from being used; warnings are said and do not.

import { DEFAULT_AUDIT } from '../audit/index.ts';
import { checkPolicy, declaredLabels, KNOWN_LABELS } from '../policies/index.ts';
import { checkAnchors } from './check-anchors.ts';
import { checkAudit } from './check-audit.ts';
import { checkCapture } from './check-capture.ts';
import { checkInspectionOf } from './check-inspection.ts';
import { checkListeners } from './check-listeners.ts';
import { checkLookAlikes } from './check-look-alikes.ts';
import { checkOlderNames } from './check-older-names.ts';
import { checkResidency } from './check-residency.ts';
import { checkRoutes } from './check-routes.ts';
import { checkServers } from './check-servers.ts';
import { checkTelemetry } from './check-telemetry.ts';
import type { Mistake } from './explain.ts';
import type { Files } from './files.ts';
import { suggest } from './suggest.ts';
import type { Env } from './template.ts';
import type { ConfigShard } from './types.ts';
import type { Path } from './yaml.ts';

/** A finding about the shard. */
export interface Doubt extends Mistake {
  readonly severity: 'error' | 'warning';
}

/** Takes down a finding. */
export type Report = (severity: Doubt['severity'], path: Path, message: string, fix: string) => void;

/** Everything doubtful about a shard. Paths lead into the shard, servers by name. `folder` is that of the config file, if there is one. */
export function checkConfig(shard: ConfigShard, env: Env, files: Files, folder = '/', nowMs = Date.now()): readonly Doubt[] {
  const doubts: Doubt[] = [];
  const report: Report = (severity, path, message, fix) => doubts.push({ severity, path, part: 'value', message, fix });
  if (files.look(shard.dataFolder).kind === 'file')
    report(
      'error',
      ['dataFolder'],
      `names ${shard.dataFolder}, which is no folder`,
      'Write the path of a folder; it is made if it is not there.',
    );
  checkListeners(shard, files, report);
  checkServers(shard.servers, { env, files, folder }, report);
  checkLookAlikes(shard.servers, report);
  const servers = shard.servers.map(({ name }) => name);
  const labels = labelsOf(shard);
  const audit = shard.audit ?? DEFAULT_AUDIT;
  const purposes = audit.purposes.map(({ name }) => name);
  checkRoutes(shard.routes, servers, report);
  for (const { severity, path, message, fix, written, among } of checkPolicy(shard.policy, { servers, labels, purposes })) {
    doubts.push({
      severity,
      path: ['policy', ...path],
      part: 'value',
      message: written === undefined ? message : `${JSON.stringify(written)} ${message}`,
      fix: fix ?? suggest(written, among),
    });
  }
  checkAudit(shard, audit, report);
  checkResidency(audit, shard.dataFolder, files, report);
  checkOlderNames(audit, shard.dataFolder, files, report);
  checkAnchors(audit.anchors, { dataFolder: shard.dataFolder, env, files }, report);
  checkCapture(shard.policy, audit, nowMs, report);
  if (shard.telemetry !== undefined) checkTelemetry(shard.telemetry, { env, files }, report);
  if (shard.inspection !== undefined) doubts.push(...checkInspectionOf(shard.inspection, servers, shard.policy));
  return doubts;
}

/** Labels that what a task uses may bring with it: by its server, by its tool, by what was found in it. */
function labelsOf({ servers, inspection }: ConfigShard): readonly string[] {
  const found = inspection?.actions.flatMap(({ taints = [] }) => taints) ?? [];
  return [...new Set([...declaredLabels(servers), ...KNOWN_LABELS, ...found])];
}
