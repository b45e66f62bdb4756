// A first guess at what a tool does to the world, for the person who fills in the catalogue. Guesses are from names and texts of strangers:
// they are marked as guesses wherever they are shown. What a server says about itself in `annotations` can make a guess graver, never milder
// (T26: `destructiveHint: false` on `delete_all`).

import type { JsonValue } from '../mcp/index.ts';
import { argumentNames, describedBy, wordsOf } from './definition-texts.ts';
import { isObject, own } from './schema/keywords.ts';

export type Label = 'destructive' | 'external-sink' | 'memory-write' | 'private-source' | 'read-only' | 'untrusted-source';

export interface GuessedLabels {
  /** Never a fact: somebody has to confirm it. */
  readonly guessed: true;
  readonly labels: readonly Label[];
  /** `critical` for what destroys or sends out; `standard` otherwise. Nothing is guessed to be `low`. */
  readonly class: 'critical' | 'standard';
}

const DESTROYS = words(
  'delete remove drop destroy erase purge wipe truncate kill terminate overwrite revoke uninstall reset clear rm cancel',
);
const CHANGES = words(
  'write create update edit insert put patch set move rename add append execute exec run shell deploy merge push commit pay transfer',
);
const SENDS = words(
  'send post publish email mail tweet share upload notify message forward transfer pay webhook push invite comment reply',
);
const FETCHES = words(
  'fetch browse crawl scrape download web url http search inbox email mail issue issues comment comments rss page website',
);
const REMEMBERS = words('remember memory memories memorize entity entities observation observations knowledge');
const PRIVATE = words(
  'file files directory database sql query secret secrets password credential credentials inbox email mail contact contacts calendar customer customers patient employee salary account accounts private repository drive env',
);
const READS = words('get list read search find show describe view fetch query count check lookup look');
const ADDRESSES = words('url uri recipient recipients webhook to cc bcc email channel');

/** What a tool seems to be. With no sign of anything it is none of these, and `standard`. */
export function guessLabels(name: string, definition: JsonValue): GuessedLabels {
  const named = wordsOf(name);
  const first = named[0] ?? '';
  const told = new Set([...named, ...wordsOf(describedBy(definition).slice(0, MAX_CHARS))]);
  const args = new Set(argumentNames(definition).flatMap(wordsOf));
  const says = hints(definition);
  const changes = meets(named, DESTROYS) || meets(named, CHANGES) || meets(named, SENDS);

  const labels = new Set<Label>();
  if (meets(named, DESTROYS) || says.destructive || (changes && meets(told, DESTROYS))) labels.add('destructive');
  if (meets(named, SENDS) || (says.open && changes) || (meets(args, ADDRESSES) && (meets(told, SENDS) || meets(told, FETCHES))))
    labels.add('external-sink');
  if (meets(told, REMEMBERS) && (changes || meets(told, CHANGES))) labels.add('memory-write');
  if (says.open || meets(named, FETCHES) || (meets(args, words('url uri')) && meets(told, FETCHES))) labels.add('untrusted-source');
  if (meets(told, PRIVATE) && !labels.has('external-sink')) labels.add('private-source');
  // Read-only needs the tool's own name and the absence of every other sign; the server's word for it is not enough.
  if (READS.has(first) && !changes && !labels.has('destructive') && !says.writes) labels.add('read-only');
  const critical = labels.has('destructive') || labels.has('external-sink');
  return { guessed: true, labels: [...labels].sort(), class: critical ? 'critical' : 'standard' };
}

/**
 * What rules may go by for a tool that nobody has described, from all its approved shapes. That it only reads is left out: it would make the tool
 * milder by its server's word. Undefined: it seems to be nothing in particular.
 */
export function guessTool(name: string, shapes: readonly JsonValue[]): Pick<GuessedLabels, 'labels' | 'class'> | undefined {
  const guesses = shapes.map((definition) => guessLabels(name, definition));
  const labels = [...new Set(guesses.flatMap((guess) => guess.labels))].filter((label) => label !== 'read-only').sort();
  const isCritical = guesses.some((guess) => guess.class === 'critical');
  return labels.length === 0 && !isCritical ? undefined : { labels, class: isCritical ? 'critical' : 'standard' };
}

const MAX_CHARS = 8_000;

/** Only what a server admits. */
function hints(definition: JsonValue): { readonly destructive: boolean; readonly open: boolean; readonly writes: boolean } {
  const annotations = isObject(definition) ? own(definition, 'annotations') : undefined;
  const says = (hint: string, value: boolean): boolean => isObject(annotations) && own(annotations, hint) === value;
  return { destructive: says('destructiveHint', true), open: says('openWorldHint', true), writes: says('readOnlyHint', false) };
}

function words(text: string): ReadonlySet<string> {
  return new Set(text.split(' '));
}

function meets(some: Iterable<string>, others: ReadonlySet<string>): boolean {
  for (const word of some) if (others.has(word)) return true;
  return false;
}
