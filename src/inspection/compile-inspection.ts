// The engine of a config: what comes with the gateway, without what the config leaves out, and what it adds.

import { compileGlob } from '../base/index.ts';
import type { Result } from '../base/index.ts';
import type { DetectorMistake } from './check-detectors.ts';
import { compileDetectors } from './compile.ts';
import { BUILT_IN, SWEEPS } from './detectors/index.ts';
import type { Engine, InspectionDocument, Sweep } from './types.ts';

/** The engine that looks for what this document wants, or what is wrong with its detectors and canaries. */
export function compileInspection({
  detectors: own,
  canaries,
  without,
}: Pick<InspectionDocument, 'detectors' | 'canaries' | 'without'>): Result<Engine, readonly DetectorMistake[]> {
  const leftOut = without.map((name) => compileGlob(name));
  const isUsed = (name: string): boolean => !leftOut.some((matches) => matches(name));
  return compileDetectors(
    BUILT_IN.filter(({ name }) => isUsed(name)),
    { own, canaries, sweeps: SWEEPS.flatMap((sweep) => narrowed(sweep, isUsed)) },
  );
}

/** The sweep, for the types that are used; none where none is. */
function narrowed(sweep: Sweep, isUsed: (name: string) => boolean): readonly Sweep[] {
  const used = sweep.finds.map(({ name }) => isUsed(name));
  if (!used.includes(false)) return [sweep];
  if (!used.includes(true)) return [];
  const places = used.map((_, find) => used.slice(0, find).filter(Boolean).length);
  return [
    {
      finds: sweep.finds.filter((_, find) => used[find]),
      needs: sweep.needs,
      run: (passage, emit) =>
        sweep.run(passage, (find, start, end) => {
          if (used[find] === true) emit(places[find] ?? 0, start, end);
        }),
    },
  ];
}
