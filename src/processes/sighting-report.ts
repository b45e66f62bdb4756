// A worker's report of definitions, on its way to control.

import type { SightingReport } from '../proxy/index.ts';
import { DEFINITION_KINDS } from '../tools/index.ts';
import type { Links } from './child.ts';

/** Longer than control needs for the largest list; whoever waits for a list waits no longer than this for what is approved of it. */
const TIMEOUT_MS = 5_000;

/** Tells control; resolves once it has been judged and this worker knows the outcome. Rejects when nobody can say. */
export async function reportSightings(links: Pick<Links, 'request'>, report: SightingReport): Promise<void> {
  const { fields } = await links.request('control', 'sightings', { report }, TIMEOUT_MS);
  if (typeof fields['error'] === 'string') throw new Error(fields['error']);
}

/** Reads a report; undefined: it is none. */
export function readReport(value: unknown): SightingReport | undefined {
  if (!isRecord(value) || !Array.isArray(value['definitions'])) return undefined;
  const { server, serverVersion, isLast } = value;
  const listed = DEFINITION_KINDS.find((known) => known === value['kind']);
  if (listed === undefined || typeof server !== 'string' || typeof serverVersion !== 'string' || typeof isLast !== 'boolean')
    return undefined;
  const definitions = value['definitions'].flatMap((one: unknown) => {
    if (!isRecord(one) || typeof one['name'] !== 'string' || typeof one['text'] !== 'string') return [];
    const kind = DEFINITION_KINDS.find((known) => known === one['kind']);
    return kind === undefined ? [] : [{ kind, name: one['name'], text: one['text'] }];
  });
  return { server, serverVersion, kind: listed, isLast, whole: readWhole(value['whole']), definitions };
}

function readWhole(value: unknown): SightingReport['whole'] {
  if (!isRecord(value) || !Array.isArray(value['names'])) return undefined;
  const kind = DEFINITION_KINDS.find((known) => known === value['kind']);
  return kind === undefined ? undefined : { kind, names: value['names'].filter((name): name is string => typeof name === 'string') };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
