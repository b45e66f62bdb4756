// What may be a detector: one that begins somewhere cheap, takes linear time, and is who it says it is. Operators' detectors are held to the same as those
// that come with the gateway, and to a little more.

import { patternMistake } from './pattern.ts';
import type { Detector, Validator, ValidatorName } from './types.ts';

/** Why something cannot be looked for. The sentence begins with the name of what is wrong, and never holds a canary's value. */
export interface DetectorMistake {
  /** `detectors`: what comes with the gateway. `own`: an operator's. */
  readonly list: 'detectors' | 'own' | 'canaries';
  /** Name of the detector, or of the canary. */
  readonly name: string;
  /** Place in its list. */
  readonly index: number;
  /** Member that is wrong. */
  readonly field: string;
  readonly say: string;
}

export const MAX_BEFORE_BYTES = 256;
export const MAX_AFTER_BYTES = 8192;
/** A literal that is longer is a text of its own; a canary may be. */
export const MAX_LITERAL_BYTES = 128;
export const MAX_CANARY_BYTES = 512;
/** A canary that is shorter would be found by chance. */
const MIN_CANARY_BYTES = 8;
const MAX_OWN = 500;
const MAX_LITERALS = 200;
const MIN_OWN_LITERAL = 3;
const MIN_OWN_RUN = 6;
const MAX_RUN = 1024;
const NAME = /^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/;
const PRINTABLE = /^(?:[^\p{C}]|[\t\r\n])*$/u;

/** What detectors are checked against. */
export interface Checks {
  readonly list: 'detectors' | 'own';
  readonly validators: ReadonlyMap<ValidatorName, Validator>;
  /** Names that are taken; those of the detectors are added. */
  readonly taken: Set<string>;
}

/** Everything that is wrong with these detectors. */
export function checkDetectors(detectors: readonly Detector[], checks: Checks): readonly DetectorMistake[] {
  const mistakes = detectors.flatMap((detector, index) =>
    checkDetector(detector, checks).map(([field, say]) => ({ list: checks.list, name: detector.name, index, field, say })),
  );
  if (checks.list === 'detectors' || detectors.length <= MAX_OWN) return mistakes;
  return [...mistakes, { list: 'own', name: '', index: MAX_OWN, field: 'detectors', say: `more than ${MAX_OWN} detectors` }];
}

/** Everything that is wrong with these canaries. */
export function checkCanaries(canaries: Readonly<Record<string, string>>, taken: Set<string>): readonly DetectorMistake[] {
  return Object.entries(canaries).flatMap(([name, value], index) => {
    const problem = canaryProblem(name, value, taken);
    taken.add(name);
    return problem === undefined ? [] : [{ list: 'canaries' as const, name, index, field: 'canaries', say: `canary "${name}" ${problem}` }];
  });
}

function canaryProblem(name: string, value: string, taken: ReadonlySet<string>): string | undefined {
  if (!NAME.test(name)) return 'needs a name of lowercase letters, digits and hyphens';
  if (taken.has(name)) return 'has the name of a detector';
  const bytes = Buffer.byteLength(value);
  if (bytes < MIN_CANARY_BYTES) return `is shorter than ${MIN_CANARY_BYTES} bytes, and would be found by chance`;
  if (bytes > MAX_CANARY_BYTES) return `is longer than ${MAX_CANARY_BYTES} bytes`;
  return undefined;
}

type Problem = readonly [field: string, say: string];

function checkDetector(detector: Detector, checks: Checks): readonly Problem[] {
  const problems: Problem[] = [];
  const { name, pattern, validator, before = 0, after = 0 } = detector;
  if (!NAME.test(name)) problems.push(['name', 'the name must be 1 to 64 lowercase letters, digits and hyphens']);
  if (checks.taken.has(name)) problems.push(['name', `the name "${name}" is taken by another detector`]);
  checks.taken.add(name);
  const anchors = anchorProblem(detector, checks.list === 'own');
  if (anchors !== undefined) problems.push(['anchors', anchors]);
  // To build some hundred programs takes a while. Those that come with the gateway are tested; they are built when they are first needed.
  const mistake = pattern === undefined || checks.list === 'detectors' ? undefined : patternMistake(pattern);
  if (mistake !== undefined) problems.push(['pattern', `the pattern ${mistake}`]);
  if (!isCount(before, MAX_BEFORE_BYTES)) problems.push(['before', `before must be a whole number up to ${MAX_BEFORE_BYTES}`]);
  if (!isCount(after, MAX_AFTER_BYTES)) problems.push(['after', `after must be a whole number up to ${MAX_AFTER_BYTES}`]);
  if (validator !== undefined && !checks.validators.has(validator)) problems.push(['validator', `there is no validator "${validator}"`]);
  return problems;
}

function anchorProblem({ anchors }: Detector, own: boolean): string | undefined {
  if (anchors.kind === 'run') {
    const min = own ? MIN_OWN_RUN : 1;
    return isCount(anchors.min, MAX_RUN) && anchors.min >= min
      ? undefined
      : `the shortest run must be a whole number from ${min} to ${MAX_RUN}`;
  }
  const { literals } = anchors;
  if (literals.length === 0) return 'there is no anchor: without one its pattern would have to be tried at every byte';
  if (literals.length > MAX_LITERALS) return `there are more than ${MAX_LITERALS} anchors`;
  const min = own ? MIN_OWN_LITERAL : 1;
  for (const literal of literals) {
    if (Buffer.byteLength(literal) < min) return `an anchor is shorter than ${min} bytes, and would be found everywhere`;
    if (Buffer.byteLength(literal) > MAX_LITERAL_BYTES) return `an anchor is longer than ${MAX_LITERAL_BYTES} bytes`;
    if (!PRINTABLE.test(literal)) return 'an anchor must be text without control and format characters; look for those with the pattern';
  }
  return undefined;
}

function isCount(value: number, most: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= most;
}
