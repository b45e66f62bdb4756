// How strictly calls and results of a tool are held against its approved schemas: what the config says of its server, and of tools by globs.

import type { DeclaredTool, ServerConfig, ToolHandling } from '../servers/index.ts';
import { compileGlob } from '../base/index.ts';
import type { Matcher } from '../base/index.ts';

/** What holds where the config says nothing. */
const DEFAULT: ToolHandling = Object.freeze({ arguments: 'strict', results: 'refuse' });

interface Compiled {
  readonly whole: ToolHandling;
  readonly globs: readonly { readonly matches: Matcher; readonly said: DeclaredTool }[];
}

/** By the entries themselves, which never change: a new config has new ones. */
const compiled = new WeakMap<ServerConfig, Compiled>();

/** How a tool of a server is handled. What is said of a tool counts before what is said of its server; of several globs, the strictest. */
export function toolHandling(server: ServerConfig | undefined, tool: string): ToolHandling {
  if (server === undefined) return DEFAULT;
  const { whole, globs } = compiled.get(server) ?? compile(server);
  if (globs.length === 0) return whole;
  const said = globs.flatMap((one) => (one.matches(tool) ? [one.said] : []));
  return {
    arguments:
      strictest(
        said.map((one) => one.arguments),
        'strict',
      ) ?? whole.arguments,
    results:
      strictest(
        said.map((one) => one.results),
        'refuse',
      ) ?? whole.results,
  };
}

function compile(server: ServerConfig): Compiled {
  const { arguments: own = DEFAULT.arguments, results = DEFAULT.results, tools = {} } = server;
  const globs = Object.entries(tools).flatMap(([glob, said]) =>
    said.arguments === undefined && said.results === undefined ? [] : [{ matches: compileGlob(glob), said }],
  );
  const made: Compiled = { whole: Object.freeze({ arguments: own, results }), globs };
  compiled.set(server, made);
  return made;
}

function strictest<Mode extends string>(said: readonly (Mode | undefined)[], strict: Mode): Mode | undefined {
  return said.includes(strict) ? strict : said.find((one) => one !== undefined);
}
