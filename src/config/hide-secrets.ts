// What of a config may be shown to everybody who may look at it. Secrets belong into references; where people wrote them down all the same, or where it looks
// as if they had, they are not shown.

import { createEngine, DEFAULT_INSPECTION, searchText } from '../inspection/index.ts';
import { soundsSecret } from './environment.ts';
import type { Path } from './yaml.ts';

/** Places of which nothing is shown: what the environment or a file gives a server, and texts that are there to be found by whoever should not look. */
export type IsHidden = (path: Path) => boolean;

/** A value as it may be shown; undefined: not at all. */
export function createHiding(isHidden: IsHidden): (path: Path, value: unknown, variables: readonly string[]) => unknown {
  const made = createEngine(DEFAULT_INSPECTION);
  const isSecret = (text: string): boolean =>
    !made.ok || searchText(made.value, text, 'definition').some(({ class: of }) => of === 'secret' || of === 'payment' || of === 'canary');
  const show = (value: unknown): unknown => {
    if (typeof value === 'string') return isSecret(value) || hasQuery(value) ? undefined : value;
    return value;
  };
  return (path, value, variables) => {
    if (isHidden(path) || variables.some(soundsSecret)) return undefined;
    // A figure is no secret, whatever its member is called.
    if (typeof value === 'number' || typeof value === 'boolean') return value;
    if (isSecretName(memberOf(path))) return undefined;
    if (!Array.isArray(value)) return show(value);
    const isTelling = (isArgument(path) && value.some(isSecretArgument)) || value.some((one) => show(one) === undefined);
    return isTelling ? undefined : value;
  };
}

/** The member that a value is of. */
function memberOf(path: Path): string {
  return path.findLast((step) => typeof step === 'string') ?? '';
}

/** A member that is called what a secret is called, and is no file. */
function isSecretName(name: string): boolean {
  return soundsSecret(name) && !/file|path/i.test(name);
}

function isArgument(path: Path): boolean {
  return path.at(-1) === 'args';
}

/** `--token`, `--api-key=…`: what stands behind it is one. */
function isSecretArgument(argument: unknown): boolean {
  return typeof argument === 'string' && argument.startsWith('-') && soundsSecret(argument);
}

/** What is behind the question mark of an address is often a key. */
function hasQuery(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol) && new URL(text).search !== '';
}
