// What looks into messages, made of the document in a snapshot: the same in a worker and in its inspector.

import { fail, ok } from '../base/index.ts';
import type { Result } from '../base/index.ts';
import { createEngine, createScan } from '../inspection/index.ts';
import type { InspectionDocument } from '../inspection/index.ts';
import type { BeginScan } from '../proxy/index.ts';

/** Makes it, or says in sentences for the log why it cannot be made. Says nothing of canaries but their names. */
export function prepareInspection(document: InspectionDocument): Result<BeginScan, string> {
  const engine = createEngine(document);
  if (!engine.ok) return fail(engine.error.map(({ list, index, say }) => `inspection.${list}[${index}]: ${say}.`).join(' '));
  return ok((surface, maxSteps) => createScan(engine.value, { surface, maxSteps }));
}
