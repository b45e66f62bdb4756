// What is known of tools: labels and a class for the names that a glob in the config matches, and the labels of their server. What a server says of
// its own tools is never believed; where the config says nothing, the catalogue's guess stands in.

import type { ServerConfig } from '../servers/index.ts';
import { compileGlob } from '../base/index.ts';
import { heavier } from './rule.ts';
import { KNOWN_LABELS } from './schema.ts';
import type { CallClass, ToolFacts } from './types.ts';

/** Gives what is known of a tool. */
export type ToolFactsOf = (server: string, tool: string) => ToolFacts;

/** What the catalogue has of an approved tool. The same object for as long as it is the same. */
export interface CataloguedTool {
  /** Of the definition that was approved last. */
  readonly fingerprint: string | undefined;
  /** From its name and its texts, for where the config says nothing. */
  readonly guess: { readonly labels: readonly string[]; readonly class: CallClass } | undefined;
}

/** Gives what the catalogue has of a tool; undefined: it is not approved. */
export type CataloguedToolOf = (server: string, tool: string) => CataloguedTool | undefined;

/** Names kept for each server; callers choose them, so beyond it all are dropped. */
const MAX_KEPT = 10_000;
const MAX_KEPT_NAME = 256;
const NOT_CATALOGUED: CataloguedToolOf = () => undefined;

/**
 * Compiles what the servers' entries say. The labels of a server and of all globs that match add up, and the heaviest class counts. Labels that no
 * glob gives a tool, and a class that none does, are guessed.
 */
export function compileToolFacts(
  servers: readonly Pick<ServerConfig, 'name' | 'labels' | 'tools'>[],
  catalogued: CataloguedToolOf = NOT_CATALOGUED,
): ToolFactsOf {
  const byServer = new Map(servers.map(({ name, labels = [], tools = {} }) => [name, compileServer(labels, tools)]));
  const ofOthers = compileServer([], {});
  return (server, tool) => (byServer.get(server) ?? ofOthers)(tool, catalogued(server, tool));
}

/** Every label that a thing may have by the config. */
export function declaredLabels(servers: readonly Pick<ServerConfig, 'labels' | 'tools'>[]): readonly string[] {
  const labels = servers.flatMap(({ labels: own = [], tools = {} }) => [
    ...own,
    ...Object.values(tools).flatMap((tool) => tool.labels ?? []),
  ]);
  return [...new Set(labels)];
}

/** What has to be assumed of a request to a server that nobody looks into: it may be about anything there, and nobody has seen what that is. */
export function factsOfUnread(server: Pick<ServerConfig, 'labels' | 'tools'>): Pick<ToolFacts, 'labels' | 'class'> {
  const classes = Object.values(server.tools ?? {}).map((tool) => tool.class);
  return { labels: [...new Set([...declaredLabels([server]), ...KNOWN_LABELS])], class: classes.reduce(heavier, undefined) };
}

interface Kept {
  readonly known: CataloguedTool | undefined;
  readonly facts: ToolFacts;
}

function compileServer(
  own: readonly string[],
  tools: NonNullable<ServerConfig['tools']>,
): (tool: string, known: CataloguedTool | undefined) => ToolFacts {
  const declared = Object.entries(tools).map(([glob, facts]) => ({ matches: compileGlob(glob), ...facts }));
  const kept = new Map<string, Kept>();
  const find = (tool: string, known: CataloguedTool | undefined): ToolFacts => {
    const labels = new Set(own);
    let isDeclared = false;
    let callClass: CallClass | undefined;
    for (const one of declared) {
      if (!one.matches(tool)) continue;
      isDeclared ||= one.labels !== undefined;
      for (const label of one.labels ?? []) labels.add(label);
      callClass = heavier(callClass, one.class);
    }
    const guessed = isDeclared ? [] : (known?.guess?.labels ?? []).filter((label) => !labels.has(label));
    const guessedClass = callClass === undefined ? known?.guess?.class : undefined;
    return Object.freeze({
      labels: Object.freeze([...labels, ...guessed]),
      class: callClass ?? guessedClass,
      fingerprint: known?.fingerprint,
      ...(guessed.length > 0 && { guessed: Object.freeze(guessed) }),
      ...(guessedClass !== undefined && { isClassGuessed: true }),
    });
  };
  return (tool, known) => {
    const before = kept.get(tool);
    if (before !== undefined && before.known === known) return before.facts;
    const facts = find(tool, known);
    if (tool.length > MAX_KEPT_NAME) return facts;
    if (kept.size >= MAX_KEPT) kept.clear();
    kept.set(tool, { known, facts });
    return facts;
  };
}
