// What the config says of tools: labels and a class for the names that a glob matches, and the labels of their server. What a server says of its own tools is never asked.

import type { ServerConfig } from '../servers/index.ts';
import { compileGlob } from './glob.ts';
import { heavier } from './rule.ts';
import type { CallClass, ToolFacts } from './types.ts';

/** Gives what is known of a tool. */
export type ToolFactsOf = (server: string, tool: string) => ToolFacts;

/** Names kept for each server; callers choose them, so beyond it all are dropped. */
const MAX_KEPT = 10_000;
const MAX_KEPT_NAME = 256;
const UNKNOWN: ToolFacts = Object.freeze({ labels: Object.freeze([]), class: undefined, fingerprint: undefined });

/** Compiles what the servers' entries say. The labels of a server and of all globs that match add up, and the heaviest class counts. */
export function compileToolFacts(servers: readonly Pick<ServerConfig, 'name' | 'labels' | 'tools'>[]): ToolFactsOf {
  const byServer = new Map(
    servers.flatMap(({ name, labels = [], tools = {} }) =>
      labels.length === 0 && Object.keys(tools).length === 0 ? [] : [[name, compileServer(labels, tools)]],
    ),
  );
  return (server, tool) => byServer.get(server)?.(tool) ?? UNKNOWN;
}

/** Every label that a thing may have by the config. */
export function declaredLabels(servers: readonly Pick<ServerConfig, 'labels' | 'tools'>[]): readonly string[] {
  return [
    ...new Set(servers.flatMap(({ labels = [], tools = {} }) => [...labels, ...Object.values(tools).flatMap((tool) => tool.labels)])),
  ];
}

function compileServer(own: readonly string[], tools: NonNullable<ServerConfig['tools']>): (tool: string) => ToolFacts {
  const declared = Object.entries(tools).map(([glob, facts]) => ({ matches: compileGlob(glob), ...facts }));
  const kept = new Map<string, ToolFacts>();
  const find = (tool: string): ToolFacts => {
    const labels = new Set(own);
    let callClass: CallClass | undefined;
    for (const one of declared) {
      if (!one.matches(tool)) continue;
      for (const label of one.labels) labels.add(label);
      callClass = heavier(callClass, one.class);
    }
    return Object.freeze({ labels: Object.freeze([...labels]), class: callClass, fingerprint: undefined });
  };
  return (tool) => {
    const before = kept.get(tool);
    if (before !== undefined) return before;
    const facts = find(tool);
    if (tool.length > MAX_KEPT_NAME) return facts;
    if (kept.size === MAX_KEPT) kept.clear();
    kept.set(tool, facts);
    return facts;
  };
}
