// Pins: which definitions of a server are approved, by fingerprint. Control keeps them, the keeper signs them, workers believe only what is
// signed: who can write the store, or the folder that it lies in, approves nothing by that.

import { sha256Hex } from '../base/index.ts';
import { canonicalJson } from '../mcp/index.ts';

/** What of a server is pinned. Its instructions have no name: they are one text. */
export type DefinitionKind = 'tool' | 'prompt' | 'template' | 'instructions';

export const DEFINITION_KINDS: readonly DefinitionKind[] = ['tool', 'prompt', 'template', 'instructions'];

/** The approved definitions of one thing: several where a server shows different ones to different credentials. */
export interface Pin {
  readonly kind: DefinitionKind;
  /** As the server calls it; empty for instructions. */
  readonly name: string;
  readonly fingerprints: readonly string[];
}

/** All pins of a server, signed as a whole: one that is taken out breaks the signature like one that is put in. */
export interface PinSet {
  readonly server: string;
  /** Grows with every change, so that an older set, though it was signed once, is not taken for the current one. */
  readonly version: number;
  readonly pins: readonly Pin[];
  readonly digest: string;
  /** The keeper's, base64 (Ed25519). */
  readonly signature: string;
}

/** Something that a server lists now and that is withheld, so that every worker refuses it, not only the one that saw it. */
export interface Withheld {
  readonly kind: DefinitionKind;
  readonly name: string;
  /** What the server listed last under this name. */
  readonly fingerprint: string;
}

/**
 * What is guessed of an approved tool, by its name and its texts, for where the config says nothing of it. Of several approved shapes, the labels
 * of all and the gravest class. Not signed: it is about what may be guessed anew from what is.
 */
export interface ToolGuess {
  readonly name: string;
  readonly labels: readonly string[];
  readonly class: 'critical' | 'standard';
}

/** What workers are told about one server. The approved definitions themselves travel beside it, as texts that their fingerprints prove. */
export interface ServerCatalogue {
  readonly server: string;
  /** Undefined: nothing of it has been approved. */
  readonly pins: PinSet | undefined;
  readonly withheld: readonly Withheld[];
  /** Of approved tools; one of which nothing is guessed is left out. */
  readonly guesses: readonly ToolGuess[];
  /** Why its pins cannot be trusted: everything of it is withheld. */
  readonly fault: string | undefined;
}

/** Names the content of a set; equal for equal pins in whatever order. */
export function digestOfPins(pins: readonly Pin[]): string {
  const rows = pins.map(({ kind, name, fingerprints }) => [kind, name, fingerprints.toSorted()] as const);
  return sha256Hex(canonicalJson(rows.toSorted(byKindAndName)));
}

/** What the keeper signs. A line each: none of them can hold a line break. */
export function signedText({ server, version, digest }: Pick<PinSet, 'server' | 'version' | 'digest'>): string {
  return `sallyport pins 1\n${server}\n${version}\n${digest}`;
}

/** Whether something from a link or a file has the form of a server's catalogue; whether it is true, its signature says. */
export function isServerCatalogue(value: unknown): value is ServerCatalogue {
  if (!isRecord(value) || typeof value['server'] !== 'string') return false;
  const { pins, withheld, guesses, fault } = value;
  if (fault !== undefined && typeof fault !== 'string') return false;
  if (!Array.isArray(guesses) || !guesses.every(isGuess)) return false;
  return (pins === undefined || isPinSet(pins)) && Array.isArray(withheld) && withheld.every(isWithheld);
}

function isPinSet(value: unknown): value is PinSet {
  if (!isRecord(value) || typeof value['server'] !== 'string' || !Number.isSafeInteger(value['version'])) return false;
  const { digest, signature, pins } = value;
  return typeof digest === 'string' && typeof signature === 'string' && Array.isArray(pins) && pins.every(isPin);
}

function isPin(value: unknown): value is Pin {
  return isNamed(value) && Array.isArray(value['fingerprints']) && value['fingerprints'].every((one) => typeof one === 'string');
}

function isWithheld(value: unknown): value is Withheld {
  return isNamed(value) && typeof value['fingerprint'] === 'string';
}

function isGuess(value: unknown): value is ToolGuess {
  if (!isRecord(value) || typeof value['name'] !== 'string' || (value['class'] !== 'critical' && value['class'] !== 'standard'))
    return false;
  return Array.isArray(value['labels']) && value['labels'].every((one) => typeof one === 'string');
}

function isNamed(value: unknown): value is Readonly<Record<string, unknown>> {
  return isRecord(value) && DEFINITION_KINDS.some((kind) => kind === value['kind']) && typeof value['name'] === 'string';
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function byKindAndName(a: readonly [string, string, ...unknown[]], b: readonly [string, string, ...unknown[]]): number {
  const [left, right] = [`${a[0]} ${a[1]}`, `${b[0]} ${b[1]}`];
  return left < right ? -1 : left > right ? 1 : 0;
}
