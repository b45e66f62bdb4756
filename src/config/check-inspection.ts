// Looks at the inspection of a config: detectors that cannot be used, names of nothing, lines that never decide.

import { ok } from '../base/index.ts';
import type { Result } from '../base/index.ts';
import { BUILT_IN_TYPES, checkInspection, createEngine } from '../inspection/index.ts';
import type { DetectorMistake, InspectionDocument, Sought } from '../inspection/index.ts';
import type { PolicyDocument } from '../policies/index.ts';
import type { Doubt } from './check.ts';
import { suggest } from './suggest.ts';

/** Everything doubtful about it. */
export function checkInspectionOf(document: InspectionDocument, servers: readonly string[], policy: PolicyDocument): readonly Doubt[] {
  const sought = soughtBy(document);
  if (!sought.ok) return sought.error.map((mistake) => ({ severity: 'error', part: 'value', ...placed(mistake, document) }));
  const problems = checkInspection(document, {
    servers,
    builtIn: BUILT_IN_TYPES,
    sought: sought.value,
    labels: watchedLabels(policy),
  });
  return problems.map(({ severity, path, message, fix, written, among }) => ({
    severity,
    path: ['inspection', ...path],
    part: 'value',
    message: written === undefined ? message : `${JSON.stringify(written)} ${message}`,
    fix: fix ?? suggest(written, among),
  }));
}

/** Everything that is looked for. What is built in is in order: a tenth of a second that most configs need not wait for. */
function soughtBy(document: InspectionDocument): Result<readonly Sought[], readonly DetectorMistake[]> {
  const { detectors, canaries, without } = document;
  if (detectors.length + Object.keys(canaries).length + without.length === 0) return ok(BUILT_IN_TYPES);
  const engine = createEngine(document);
  return engine.ok ? ok(engine.value.detectors) : engine;
}

/** Where a mistake of the compiler is written. It never holds the value of a canary. */
function placed(
  { list, name, index, field, say }: DetectorMistake,
  { detectors }: InspectionDocument,
): Pick<Doubt, 'path' | 'message' | 'fix'> {
  const message = `cannot be used: ${say}`;
  if (list === 'canaries') return { path: ['inspection', 'canaries', name], message, fix: 'Plant another value, or give it another name.' };
  const own = detectors[index];
  if (list === 'detectors' || own === undefined) return { path: ['inspection', 'detectors'], message, fix: undefined };
  return { path: ['inspection', 'detectors', index, ...keyOf(field, own)], message, fix: FIXES[field] };
}

const FIXES: Readonly<Record<string, string>> = {
  name: 'Give it a name of its own.',
  anchors: 'Looking begins at literals, at a run of characters, or at a member: name what always stands in what is meant.',
};

/** Anchors are written as one of three keys. */
function keyOf(field: string, { anchors }: InspectionDocument['detectors'][number]): readonly string[] {
  if (field === 'anchors') return [anchors.kind === 'run' ? 'run' : anchors.kind === 'name' ? 'member' : 'literals'];
  return ['name', 'pattern', 'before', 'after', 'validator'].includes(field) ? [field] : [];
}

/** Labels that rules look at; undefined where a condition may look at any. */
function watchedLabels({ rules }: PolicyDocument): readonly string[] | undefined {
  if (rules.some(({ when }) => when?.includes('taint') === true)) return undefined;
  return [...new Set(rules.flatMap(({ after = [] }) => after))];
}
