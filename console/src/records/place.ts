// Where an entry of the record stands, as one word: what addresses of pages name it by.

import type { RecordView } from '../api/contract.ts';

/** Log and number, as one word. */
export function placeOf({ log, seq }: Pick<RecordView, 'log' | 'seq'>): string {
  return `${log}:${seq}`;
}

/** The other way round; undefined where a text is none. */
export function readPlace(text: string | undefined): { readonly log: string; readonly seq: string } | undefined {
  const found = /^(.+):(\d{1,16})$/.exec(text ?? '');
  return found === null ? undefined : { log: found[1] ?? '', seq: found[2] ?? '' };
}
