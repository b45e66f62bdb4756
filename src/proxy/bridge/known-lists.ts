// What servers on routes with several have listed, as each agent was told: by it, names and URIs find their server, and what a server that
// is down had last is still shown. Per agent, because what a server lists may depend on who asks. Bounded, and nothing in it is older
// than an hour: a tool that was taken away must not be remembered for long.

import type { Principal } from '../../agents/index.ts';

/** The lists of a server, by the member of the result that holds them. */
export type ListKind = 'tools' | 'prompts' | 'resources' | 'resourceTemplates';

/** One thing on a list. */
export interface Listed {
  /** Its name, URI or template, as its server calls it. */
  readonly name: string;
  /** JSON text of the whole of it, as its server wrote it. */
  readonly bytes: Uint8Array;
  /** A tool for the server's own app alone (`_meta.ui.visibility`). */
  readonly appOnly: boolean;
  /** The ui:// resource that a tool names (`_meta.ui.resourceUri`): servers may leave it out of their lists. */
  readonly ui: string | undefined;
}

/** A list as it was read. */
export interface KnownList {
  readonly elements: readonly Listed[];
  readonly atMs: number;
  /** The server has said since that it changed, or it was read a while ago: time to read it again. */
  readonly outdated: boolean;
}

/** The lists that one worker knows. */
export interface KnownLists {
  readonly bytes: number;
  get(principal: Principal, server: string, kind: ListKind): KnownList | undefined;
  put(principal: Principal, server: string, kind: ListKind, elements: readonly Listed[]): void;
  /** The server has said that it changed. */
  outdate(principal: Principal, server: string, kind: ListKind): void;
  /** What is approved of it has changed, for every agent. */
  outdateAll(server: string, kind: ListKind): void;
  /** Claims the right to read a list that nobody waits for; false: somebody has it. */
  claim(principal: Principal, server: string, kind: ListKind): boolean;
  release(principal: Principal, server: string, kind: ListKind): void;
  /** Forgets what is too old. */
  sweep(): void;
}

interface Entry {
  readonly elements: readonly Listed[];
  readonly atMs: number;
  readonly bytes: number;
  outdated: boolean;
}

/** 20 servers of 100 KiB for 30 agents. Beyond it those are forgotten that were put in first: they are asked for again. */
const MAX_BYTES = 64 * 1024 * 1024;
/** What an entry and an element cost beside their text. */
const OVERHEAD_BYTES = 200;
const LIFE_MS = 60 * 60_000;
/** Servers that do not say that their lists change are asked again this often. */
const FRESH_MS = 60_000;

/** Nothing known. `maxBytes` is an argument for the tests. */
export function createKnownLists(nowMs: () => number, maxBytes = MAX_BYTES): KnownLists {
  const entries = new Map<string, Entry>();
  const claimed = new Set<string>();
  let bytes = 0;

  const drop = (key: string): void => {
    bytes -= entries.get(key)?.bytes ?? 0;
    entries.delete(key);
  };

  return {
    get bytes() {
      return bytes;
    },
    get: (principal, server, kind) => {
      const entry = entries.get(keyOf(principal, server, kind));
      if (entry === undefined) return undefined;
      const ageMs = nowMs() - entry.atMs;
      return ageMs > LIFE_MS ? undefined : { ...entry, outdated: entry.outdated || ageMs > FRESH_MS };
    },
    put: (principal, server, kind, elements) => {
      const key = keyOf(principal, server, kind);
      drop(key);
      const size = elements.reduce((sum, { name, bytes: text }) => sum + text.length + 2 * name.length + OVERHEAD_BYTES, OVERHEAD_BYTES);
      if (size > maxBytes) return;
      entries.set(key, { elements, atMs: nowMs(), bytes: size, outdated: false });
      bytes += size;
      for (const oldest of entries.keys()) {
        if (bytes <= maxBytes) break;
        drop(oldest);
      }
    },
    outdate: (principal, server, kind) => {
      const entry = entries.get(keyOf(principal, server, kind));
      if (entry !== undefined) entry.outdated = true;
    },
    outdateAll: (server, kind) => {
      for (const [key, entry] of entries) if (key.endsWith(`\u0000${server}\u0000${kind}`)) entry.outdated = true;
    },
    claim: (principal, server, kind) => {
      const key = keyOf(principal, server, kind);
      if (claimed.has(key)) return false;
      claimed.add(key);
      return true;
    },
    release: (principal, server, kind) => void claimed.delete(keyOf(principal, server, kind)),
    sweep: () => {
      for (const [key, { atMs }] of entries) if (nowMs() - atMs > LIFE_MS) drop(key);
    },
  };
}

function keyOf({ tenant, agent }: Principal, server: string, kind: ListKind): string {
  return `${tenant}\u0000${agent}\u0000${server}\u0000${kind}`;
}
