// Packages that could be taken for well-known ones (T08): the name of one, or of who publishes it, misspelt or written with other letters.

import { isNear } from './near-names.ts';
import { lookOf } from './look-alikes.ts';
import { PUBLISHED_PACKAGES } from './published-servers.ts';

const PUBLISHED: ReadonlySet<string> = new Set(PUBLISHED_PACKAGES);
const SCOPES: ReadonlyMap<string, string> = new Map(
  PUBLISHED_PACKAGES.flatMap((name) => (name.startsWith('@') ? [[lookOf(scopeOf(name)), scopeOf(name)]] : [])),
);
/** Programs that fetch the package that they are told to start. */
const FETCHERS: ReadonlySet<string> = new Set(['npx', 'npm', 'pnpm', 'bunx', 'yarn', 'uvx', 'pipx', 'uv']);
const PACKAGE = /^(?:@[^\s/@]+\/)?[^\s/@:=<>~![]+/;

/** The well-known package that a name could be taken for, and is not; undefined: none, or it is itself well known. */
export function resemblesPublished(name: string): string | undefined {
  if (PUBLISHED.has(name)) return undefined;
  const look = lookOf(name);
  const scope = name.startsWith('@') ? scopeOf(name) : undefined;
  const known = scope === undefined ? undefined : SCOPES.get(lookOf(scope));
  // Another scope that looks the same: whatever it publishes.
  if (known !== undefined && known !== scope) return name.replace(scope ?? '', known);
  return PUBLISHED_PACKAGES.find((published) => {
    if (lookOf(published) === look) return true;
    // Who has the scope may publish what they like in it.
    return (scope === undefined || !published.startsWith(`${scope}/`)) && isNear(look, lookOf(published));
  });
}

/** The package that a command fetches and starts, as it is written; undefined: it starts something that is there. */
export function fetchedPackage(command: string, args: readonly string[]): string | undefined {
  const program =
    command
      .split(/[\\/]/)
      .at(-1)
      ?.replace(/\.(?:cmd|exe)$/i, '') ?? '';
  if (!FETCHERS.has(program)) return undefined;
  const word = args.find((arg) => !arg.startsWith('-') && !SUBCOMMANDS.has(arg));
  return word === undefined ? undefined : PACKAGE.exec(word)?.[0];
}

const SUBCOMMANDS: ReadonlySet<string> = new Set(['exec', 'dlx', 'run', 'tool', 'x']);

function scopeOf(name: string): string {
  return name.slice(0, name.indexOf('/'));
}
