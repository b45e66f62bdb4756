// Header fields in arrival order, for both codecs. Immutable: a list may be shared by requests whose heads are equal byte for byte.
// It never merges or drops a field by itself: which fields may repeat is decided where heads are parsed.

import type { HeaderList } from './types.ts';

// A class although it has no lifetime: one method on a prototype instead of one closure per request.
class Fields implements HeaderList {
  readonly names: readonly string[];
  readonly values: readonly string[];

  constructor(names: readonly string[], values: readonly string[]) {
    this.names = names;
    this.values = values;
  }

  get(name: string): string | undefined {
    const first = this.names.indexOf(name);
    if (first < 0) return undefined;
    let value = this.values[first];
    for (let next = this.names.indexOf(name, first + 1); next >= 0; next = this.names.indexOf(name, next + 1)) {
      value = `${value}, ${this.values[next]}`;
    }
    return value;
  }
}

/** Makes a list of fields; `names` are lowercase, `values` trimmed, both of one length. */
export function createHeaderList(names: readonly string[], values: readonly string[]): HeaderList {
  return new Fields(names, values);
}
