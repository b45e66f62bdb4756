// What an answer from the record lacks, said beside it.

import type { RecordIndex } from '../audit/index.ts';
import type { CliDeps } from './command.ts';

/** Lines that nothing leads to are named each time: whoever wrote them may have wanted them, or what is beside them, unseen. */
export function sayUnplaced(index: Pick<RecordIndex, 'unplaced'>, deps: Pick<CliDeps, 'stderr' | 'errorsAs'>): void {
  const unplaced = index.unplaced();
  if (unplaced.length === 0) return;
  const logs = unplaced.map(({ slot, lines }) => `${lines} of ${slot}`).join(', ');
  const message = `Lines of the record that cannot be found are in no answer: ${logs}. See what they are with 'sallyport audit verify'.`;
  deps.stderr.write(deps.errorsAs === 'json' ? `${JSON.stringify({ warning: { message, unplaced } })}\n` : `sallyport: ${message}\n`);
}
