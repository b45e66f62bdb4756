// From the inspection of a config to the engine that looks: what is built in, less what is not wanted, and what the operator adds.

import { compileGlob } from '../base/index.ts';
import type { Result } from '../base/index.ts';
import type { DetectorMistake } from './check-detectors.ts';
import { compileDetectors } from './compile.ts';
import { BUILT_IN, READERS, SWEEPS } from './detectors/index.ts';
import type { Engine, InspectionDocument, Reader, Sought, Sweep } from './types.ts';

/** Everything that is looked for without a config. */
export const BUILT_IN_TYPES: readonly Sought[] = [...BUILT_IN, ...[...READERS, ...SWEEPS].flatMap(({ finds }) => finds)];

/** Compiles what a config says; fails with everything that is wrong with its detectors and canaries. */
export function createEngine({
  detectors,
  canaries,
  without,
}: Pick<InspectionDocument, 'detectors' | 'canaries' | 'without'>): Result<Engine, readonly DetectorMistake[]> {
  const globs = without.map(compileGlob);
  const isUsed = ({ name }: Sought): boolean => !globs.some((matches) => matches(name));
  return compileDetectors(BUILT_IN.filter(isUsed), {
    own: detectors,
    canaries,
    readers: READERS.flatMap((reader) => narrowReader(reader, isUsed)),
    sweeps: SWEEPS.flatMap((sweep) => narrow(sweep, isUsed)),
  });
}

/** A sweep looks for all it knows at once; what is not wanted of that is passed over. */
function narrow(sweep: Sweep, isUsed: (sought: Sought) => boolean): readonly Sweep[] {
  const { finds, placeOf } = narrowFinds(sweep.finds, isUsed);
  if (finds.length === 0) return [];
  const run: Sweep['run'] = (passage, emit) =>
    sweep.run(passage, (find, start, end) => {
      const place = placeOf(find);
      if (place >= 0) emit(place, start, end);
    });
  return finds.length === sweep.finds.length ? [sweep] : [{ ...sweep, finds, run }];
}

/** And so does a reader. */
function narrowReader(reader: Reader, isUsed: (sought: Sought) => boolean): readonly Reader[] {
  const { finds, placeOf } = narrowFinds(reader.finds, isUsed);
  if (finds.length === 0) return [];
  const read: Reader['read'] = (candidate, emit) =>
    reader.read(candidate, (find, part) => {
      const place = placeOf(find);
      if (place >= 0) emit(place, part);
    });
  return finds.length === reader.finds.length ? [reader] : [{ ...reader, finds, read }];
}

function narrowFinds(
  finds: readonly Sought[],
  isUsed: (sought: Sought) => boolean,
): { readonly finds: readonly Sought[]; readonly placeOf: (find: number) => number } {
  const used = finds.filter(isUsed);
  const places = finds.map((sought) => used.indexOf(sought));
  return { finds: used, placeOf: (find) => places[find] ?? -1 };
}
