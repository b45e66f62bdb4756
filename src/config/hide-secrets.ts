// What of a config may be shown to everybody who may look at it. Secrets belong into references; where people wrote them down all the same, or where it looks
// as if they had, they are not shown.

import { createEngine, DEFAULT_INSPECTION, looksRandom, searchText } from '../inspection/index.ts';
import type { ServerConfig } from '../servers/index.ts';
import { soundsSecret } from './environment.ts';
import type { Path } from './yaml.ts';

/** Places of which nothing is shown: what the environment or a file gives a server, and texts that are there to be found by whoever should not look. */
export type IsHidden = (path: Path) => boolean;

/** A value as it may be shown; undefined: not at all. */
export function createHiding(isHidden: IsHidden): (path: Path, value: unknown, variables: readonly string[]) => unknown {
  const show = (value: unknown): unknown => (typeof value === 'string' && (isSecret(value) || hasTellingUrl(value)) ? undefined : value);
  return (path, value, variables) => {
    if (isHidden(path) || variables.some(soundsSecret)) return undefined;
    // A figure is no secret, whatever its member is called.
    if (typeof value === 'number' || typeof value === 'boolean') return value;
    if (isSecretName(memberOf(path))) return undefined;
    if (!Array.isArray(value)) return show(value);
    const isTelling = (isArgument(path) && hasSecretArgument(value)) || value.some((one) => show(one) === undefined);
    return isTelling ? undefined : value;
  };
}

/** Stands for whatever is not shown. */
const LEFT_OUT = '…';

/**
 * How a server is reached, for everybody who may know that it is there: of a program its name and the names of flags, never what is given to them; of an address
 * neither who signs in nor a query, nor a part that looks like a key.
 */
export function showTarget(server: ServerConfig): string {
  if (server.kind === 'http') return showUrl(server.url);
  const words = server.args.map((argument) => FLAG.exec(argument)?.[0] ?? LEFT_OUT);
  const command = isSecret(server.command) || hasDrawnPart(server.command) ? LEFT_OUT : server.command;
  return [command, ...words.filter((word, at) => word !== LEFT_OUT || words[at - 1] !== LEFT_OUT)].join(' ');
}

/** The name of a flag: one letter with nothing behind it (`-pSECRET` is how some are given a password), or words. */
const FLAG = /^(?:-[A-Za-z]$|--[A-Za-z]{2,16}(?:-[A-Za-z]{1,16}){0,3}(?==|$))/;

function showUrl(text: string): string {
  if (!URL.canParse(text)) return LEFT_OUT;
  const { protocol, host, pathname, search } = new URL(text);
  const hide = (parts: string, separator: string): string =>
    parts
      .split(separator)
      .map((part) => (hasDrawnPart(part) || isSecret(part) ? LEFT_OUT : part))
      .join(separator);
  const shown = `${protocol}//${hide(host, '.')}${hide(pathname, '/')}`;
  return `${isSecret(shown) ? `${protocol}//${hide(host, '.')}/${LEFT_OUT}` : shown}${search === '' ? '' : `?${LEFT_OUT}`}`;
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

let engine: ReturnType<typeof createEngine> | undefined;

/** Whether inspection would find a secret in it. */
function isSecret(text: string): boolean {
  engine ??= createEngine(DEFAULT_INSPECTION);
  return !engine.ok || searchText(engine.value, text, 'definition').some(({ class: of }) => HIDDEN_CLASSES.has(of));
}

const HIDDEN_CLASSES: ReadonlySet<string> = new Set(['secret', 'payment', 'canary', 'unscanned']);

function hasSecretArgument(list: readonly unknown[]): boolean {
  return list.some(
    (one, at) => typeof one === 'string' && (isSecretArgument(one) || GIVES_SECRET.test(String(list[at - 1])) || hasDrawnPart(one)),
  );
}

/** `--token`, `--api-key=…`, `API_KEY=…`, `-uname:password`: what stands in it, or behind it, is one. */
function isSecretArgument(argument: string): boolean {
  const name = argument.startsWith('-') ? argument : (/^([^=\s]+)=/.exec(argument)?.[1] ?? '');
  return soundsSecret(name) || /^(?:-u.|-H.|--user=|--header=)/.test(argument);
}

/** Who signs in, with their password, and fields of a head: by the names that common programs have for them. */
const GIVES_SECRET = /^(?:-u|-H|--user|--header|--headers|--auth|--authorization|--bearer|--basic|--pass|--pw|--key)$/;

/** Addresses in a text, as far as they go. */
const ADDRESSES = /[a-z][a-z0-9+.-]*:\/\/[^\s"'<>]+/gi;

/** Who signs in, what is behind the question mark, and what looks like a key in the middle of it. */
function hasTellingUrl(text: string): boolean {
  return [...text.matchAll(ADDRESSES)].some(([address]) => {
    if (/^[^/]*\/\/[^/?#]*@/.test(address)) return true;
    const isWeb = /^https?:/i.test(address);
    return isWeb && (/\?./.test(address) || hasDrawnPart(address));
  });
}

const MIN_DRAWN = 16;

/** Whether a part of it looks drawn at random, as keys are. */
function hasDrawnPart(text: string): boolean {
  return text.split(/[^\w-]+/).some((part) => {
    if (part.length < MIN_DRAWN || !looksRandom(part)) return false;
    return /\d.*\d/.test(part) || (/[a-z]/.test(part) && /[A-Z]/.test(part));
  });
}
