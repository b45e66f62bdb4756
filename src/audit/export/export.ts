// The record for other tools, in the forms that they read. Entry by entry: however long the record, only some of it is in memory.

import type { Entry } from '../entries/entry.ts';
import { csvHeadings, toCsvLine } from './csv.ts';
import { toJsonLine } from './jsonl.ts';
import { toOcsf } from './ocsf.ts';
import { toOtlp } from './otlp.ts';

/** The forms. */
export const EXPORT_FORMATS = ['jsonl', 'csv', 'ocsf', 'otlp'] as const;
/** One of them. */
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/** Log records in one OTLP request; collectors refuse large ones. */
const OTLP_BATCH = 200;

/** The text of these entries, in pieces that each end with a line. `version` is that of the gateway. */
export async function* exportEntries(
  entries: AsyncIterable<Entry>,
  format: ExportFormat,
  version: string,
): AsyncGenerator<string, void, undefined> {
  if (format === 'csv') yield csvHeadings();
  let batch: Entry[] = [];
  for await (const entry of entries) {
    if (format === 'jsonl') yield `${toJsonLine(entry)}\n`;
    else if (format === 'csv') yield toCsvLine(entry);
    else if (format === 'ocsf') yield `${JSON.stringify(toOcsf(entry, version))}\n`;
    else if (batch.push(entry) >= OTLP_BATCH) {
      yield `${JSON.stringify(toOtlp(batch, version))}\n`;
      batch = [];
    }
  }
  if (batch.length > 0) yield `${JSON.stringify(toOtlp(batch, version))}\n`;
}
