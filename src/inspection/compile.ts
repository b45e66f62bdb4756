// Detectors, which are data, made into an engine that looks for all of them at once.

import { fail, ok } from '../base/index.ts';
import type { Result } from '../base/index.ts';
import { checkCanaries, checkDetectors } from './check-detectors.ts';
import type { DetectorMistake } from './check-detectors.ts';
import { READERS, SWEEPS } from './detectors/index.ts';
import { fold } from './fold.ts';
import { planDetectors } from './plan.ts';
import { createSearch } from './search.ts';
import type { Detector, Engine, Fold, Reader, Sought, Sweep, Validator, ValidatorName } from './types.ts';
import { VALIDATORS } from './validators/index.ts';

/** What is looked for besides the detectors that come with the gateway. */
export interface CompileOptions {
  /** An operator's detectors. */
  readonly own?: readonly Detector[];
  /** Values that were planted, by name. They are found exactly as they are written. */
  readonly canaries?: Readonly<Record<string, string>>;
  /** By default all that come with the gateway. */
  readonly sweeps?: readonly Sweep[];
  readonly readers?: readonly Reader[];
  /** How else texts are read for detectors that are `folded`; by default in every way that is known. */
  readonly fold?: Fold;
  readonly validators?: ReadonlyMap<ValidatorName, Validator>;
}

/** The engine that looks for all of these, or everything that is wrong with them. */
export function compileDetectors(detectors: readonly Detector[], options: CompileOptions = {}): Result<Engine, readonly DetectorMistake[]> {
  const { own = [], canaries = {}, sweeps = SWEEPS, readers = READERS, validators = VALIDATORS } = options;
  const taken = new Set([...sweeps, ...readers].flatMap(({ finds }) => finds.map(({ name }) => name)));
  const mistakes = [
    ...checkDetectors(detectors, { list: 'detectors', validators, taken }),
    ...checkDetectors(own, { list: 'own', validators, taken }),
    ...checkCanaries(canaries, taken),
  ];
  if (mistakes.length > 0) return fail(mistakes);

  const all = [...detectors, ...own];
  const planted: readonly Sought[] = Object.keys(canaries).map((name) => ({ name, class: 'canary', confidence: 'high' }));
  const sought: Sought[] = [...all, ...planted, ...readers.flatMap(({ finds }) => finds)];
  const plan = planDetectors({
    detectors: all,
    canaries: Object.values(canaries).map((value) => Buffer.from(value)),
    readers,
    validators,
  });
  const numbered = sweeps.map((sweep) => {
    const first = sought.length;
    sought.push(...sweep.finds);
    return { sweep, first };
  });
  const { maxMatchBytes, lookBehindBytes } = plan;
  const search = createSearch({ plan, sought, sweeps: numbered, fold: options.fold ?? fold, goesByShape: options.fold === undefined });
  return ok({ detectors: sought, maxMatchBytes, lookBehindBytes, search });
}
