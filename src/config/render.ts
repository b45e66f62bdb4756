// Writes sallyport.yaml: a new one with comments for who reads it first, or servers added to one that is there, whose comments and order stay.

import { isMap, parseDocument, stringify } from 'yaml';
import { fail, ok } from '../base/index.ts';
import type { Result } from '../base/index.ts';
import { diskFiles } from './files.ts';
import type { WrittenServer } from './import.ts';
import { DEFAULT_ADDRESS } from './listen.ts';
import { loadConfig } from './load.ts';
import type { ConfigProblem } from './types.ts';
import type { Env } from './template.ts';
import { readYaml } from './yaml.ts';

/** What goes into a new config. */
export interface NewConfig {
  readonly servers: Readonly<Record<string, WrittenServer>>;
  readonly address?: string;
  /** Where an editor finds the JSON Schema, relative to the config file. */
  readonly schema?: string;
}

/** Without line folding: a folded command line is hard to read and to edit. */
const STYLE = { lineWidth: 0 } as const;

/** The text of a new config, in which every agent with a key may use every server. */
export function renderConfig({ servers, address = DEFAULT_ADDRESS, schema }: NewConfig): string {
  const header = schema === undefined ? '' : `# yaml-language-server: $schema=${schema}\n`;
  const list = Object.keys(servers).length === 0 ? ' {}\n' : `\n${indent(stringify(servers, STYLE))}`;
  return `${header}# Sallyport: who may call which tools. Check changes with \`sallyport check\`; a running gateway takes them over on SIGHUP.
version: 1

# Where agents reach the gateway: each server is at http://${address}/mcp/<name>, all of them as one at http://${address}/mcp.
listen: ${stringify(address, STYLE).trim()}

# The MCP servers behind it: a program to start (command, args, env) or an address (url, headers).
# Secrets stay outside: { env: NAME } or { file: path } in place of the value.
servers:${list}
# Who may use what. What no rule allows is denied, and a deny rule wins over every allow rule.
policy:
  rules:
    # Every agent that has a key may use everything. Narrow it down, for example:
    #   - { name: readers, effect: allow, groups: [readers], servers: [files], tools: ["read_*", "list_*"] }
    - name: quickstart
      effect: allow
      agents: ["*"]
      servers: ["*"]
`;
}

/** Why a config that listens on this address, and says no more about it, could not be used; undefined if it can. */
export function refusedAddress(address: string, env: Env): Pick<ConfigProblem, 'message' | 'fix'> | undefined {
  const loaded = loadConfig(JSON.stringify({ version: 1, listen: address }), { file: 'sallyport.yaml', env, files: diskFiles, cores: 1 });
  return loaded.ok ? undefined : loaded.error.find(({ severity, path }) => severity === 'error' && path === 'listen');
}

/** The text of a config with servers added. A name that is there already keeps what it has, and is returned in `kept`. */
export function addServers(
  text: string,
  file: string,
  servers: Readonly<Record<string, WrittenServer>>,
): Result<{ readonly text: string; readonly added: readonly string[]; readonly kept: readonly string[] }, readonly ConfigProblem[]> {
  const source = readYaml(text);
  if (!source.ok) return fail(source.error.map((mistake) => ({ severity: 'error', file, path: '', ...mistake })));
  const document = parseDocument(text, { stringKeys: true, version: '1.2', schema: 'core' });
  const present = document.get('servers');
  if (!isMap(document.contents) || (present !== undefined && present !== null && !isMap(present))) {
    const path = isMap(document.contents) ? ['servers'] : [];
    return fail([
      { severity: 'error', file, ...source.value.locate(path, 'value'), path: path.join(''), message: 'must be a mapping', fix: undefined },
    ]);
  }
  const names = Object.keys(servers);
  const kept = names.filter((name) => isMap(present) && present.has(name));
  const added = names.filter((name) => !kept.includes(name));
  if (added.length === 0) return ok({ text, added, kept });
  // `servers: {}` would go on in one line.
  if (isMap(present) && present.items.length === 0) present.flow = false;
  if (!isMap(present)) document.set('servers', document.createNode({}));
  for (const name of added) document.setIn(['servers', name], document.createNode(servers[name]));
  return ok({ text: document.toString(STYLE), added, kept });
}

function indent(text: string): string {
  return text.replace(/^(?=.)/gm, '  ');
}
