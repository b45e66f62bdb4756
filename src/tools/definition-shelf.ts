// Approved definitions in full, as one worker holds them: texts, until somebody needs one. A text is believed only if its digest is the
// fingerprint that the keeper signed, so that it does not matter who carried it here or where it lay.

import { parseJson } from '../mcp/index.ts';
import type { JsonValue } from '../mcp/index.ts';
import { fingerprintOfCanonical } from './fingerprint.ts';

/** One approved definition on its way to a worker. */
export interface ApprovedText {
  readonly fingerprint: string;
  /** Canonical JSON. */
  readonly text: string;
}

/** The texts of one worker. */
export interface DefinitionShelf {
  put(server: string, texts: readonly ApprovedText[]): void;
  /** Keeps only these of a server. */
  retain(server: string, fingerprints: ReadonlySet<string>): void;
  /** The definition; undefined: there is none, or it is not what its fingerprint says. */
  get(server: string, fingerprint: string): JsonValue | undefined;
}

/** Definitions kept as values beside their texts: those that are called, of however many there are. */
const MAX_READ = 1_000;

/** An empty shelf. */
export function createDefinitionShelf(): DefinitionShelf {
  const servers = new Map<string, Map<string, string>>();
  /** Last used last. */
  const read = new Map<string, JsonValue>();

  const load = (server: string, fingerprint: string): JsonValue | undefined => {
    const text = servers.get(server)?.get(fingerprint);
    if (text === undefined || fingerprintOfCanonical(text) !== fingerprint) return undefined;
    const parsed = parseJson(Buffer.from(text));
    return parsed.ok ? parsed.value.value : undefined;
  };

  return {
    put: (server, texts) => {
      const known = servers.get(server) ?? new Map<string, string>();
      servers.set(server, known);
      for (const { fingerprint, text } of texts) known.set(fingerprint, text);
    },
    retain: (server, fingerprints) => {
      const known = servers.get(server);
      for (const one of known?.keys() ?? []) if (!fingerprints.has(one)) known?.delete(one);
    },
    get: (server, fingerprint) => {
      // One shape is one value, whichever servers list it, as long as one of them has it approved here.
      if (servers.get(server)?.has(fingerprint) !== true) return undefined;
      const value = read.get(fingerprint) ?? load(server, fingerprint);
      if (value === undefined) return undefined;
      read.delete(fingerprint);
      read.set(fingerprint, value);
      if (read.size > MAX_READ) read.delete(read.keys().next().value ?? '');
      return value;
    },
  };
}
