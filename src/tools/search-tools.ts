// Finds tools by words, so that an agent need not be shown a thousand definitions to use one. Words of names count most, then those of
// descriptions, then the names of arguments; rare words more than frequent ones (BM25). The same words over the same tools always give the
// same order. Texts are of strangers: however often one repeats a word, it gains little.

import type { NamedDefinition } from './definition-texts.ts';
import { argumentNames, describedBy, wordsOf } from './definition-texts.ts';

export interface FoundTool {
  readonly server: string;
  readonly name: string;
  readonly score: number;
}

export interface ToolSearch {
  /** Adds a tool, or takes its new definition. */
  add(tool: NamedDefinition): void;
  remove(server: string, name: string): void;
  /** The best matches, best first; `admit` leaves out what the asker may not see. */
  find(
    query: string,
    options?: { readonly limit?: number; readonly admit?: (server: string, name: string) => boolean },
  ): readonly FoundTool[];
  /** The names that are known of a server. */
  namesOf(server: string): readonly string[];
  readonly size: number;
}

const NAME_WEIGHT = 4;
const ARGUMENT_WEIGHT = 0.5;
/** BM25's own: how soon repetition stops to pay, and how much a long text is held against a tool. */
const SATURATION = 1.2;
const LENGTH = 0.75;
/** A word that more tools have than this is not where a search begins, if there is a rarer one. */
const FREQUENT = 2_000;
/** What a word can weigh in one tool, however often it is said there. */
const MAX_WEIGHT = 4;
const MAX_QUERY_WORDS = 16;
const MAX_TEXT_CHARS = 4_000;
const MAX_ARGUMENTS = 200;
const DEFAULT_LIMIT = 10;

interface Entry {
  readonly server: string;
  readonly name: string;
  readonly words: readonly string[];
  readonly length: number;
}

/** An empty index. */
export function createToolSearch(): ToolSearch {
  const entries = new Map<string, Entry>();
  /** Who has a word, and what it weighs there. */
  const byWord = new Map<string, Map<Entry, number>>();
  const byServer = new Map<string, Set<string>>();
  let totalLength = 0;

  function remove(server: string, name: string): void {
    const key = keyOf(server, name);
    const entry = entries.get(key);
    if (entry === undefined) return;
    entries.delete(key);
    byServer.get(server)?.delete(name);
    if (byServer.get(server)?.size === 0) byServer.delete(server);
    totalLength -= entry.length;
    for (const word of entry.words) {
      const holders = byWord.get(word);
      holders?.delete(entry);
      if (holders?.size === 0) byWord.delete(word);
    }
  }

  function add(tool: NamedDefinition): void {
    remove(tool.server, tool.name);
    const { entry, weights } = toEntry(tool);
    entries.set(keyOf(tool.server, tool.name), entry);
    const names = byServer.get(tool.server) ?? new Set<string>();
    byServer.set(tool.server, names.add(tool.name));
    totalLength += entry.length;
    for (const [word, weight] of weights) {
      const holders = byWord.get(word) ?? new Map<Entry, number>();
      byWord.set(word, holders.set(entry, weight));
    }
  }

  function scoresOf(query: string): ReadonlyMap<Entry, number> {
    const scores = new Map<Entry, number>();
    const mean = totalLength / entries.size;
    const words = new Set(wordsOf(query.slice(0, MAX_TEXT_CHARS)).slice(0, MAX_QUERY_WORDS).map(stem));
    const holdersOf = Array.from(words, (word) => byWord.get(word) ?? new Map<Entry, number>());
    // Rarest first: a word that half of the tools have says little, and only orders what the rarer ones have found.
    for (const holders of holdersOf.sort((one, other) => one.size - other.size)) {
      const rarity = Math.log(1 + (entries.size - holders.size + 0.5) / (holders.size + 0.5));
      const candidates = holders.size > FREQUENT && scores.size > 0 ? scores.keys() : holders.keys();
      for (const entry of candidates) {
        const weight = holders.get(entry) ?? 0;
        const damped = (weight * (SATURATION + 1)) / (weight + SATURATION * (1 - LENGTH + (LENGTH * entry.length) / mean));
        scores.set(entry, (scores.get(entry) ?? 0) + rarity * damped);
      }
    }
    return scores;
  }

  return {
    add,
    remove,
    find: (query, { limit = DEFAULT_LIMIT, admit } = {}) => {
      // Ordered first: who may see a tool is asked only until there are enough.
      const ordered = Array.from(scoresOf(query), ([{ server, name }, score]): FoundTool => ({ server, name, score })).sort(bestFirst);
      const found: FoundTool[] = [];
      for (const one of ordered) {
        if (found.length >= limit) break;
        if (admit === undefined || admit(one.server, one.name)) found.push(one);
      }
      return found;
    },
    namesOf: (server) => [...(byServer.get(server) ?? [])],
    get size() {
      return entries.size;
    },
  };
}

function toEntry({ server, name, definition }: NamedDefinition): { readonly entry: Entry; readonly weights: ReadonlyMap<string, number> } {
  const weights = new Map<string, number>();
  let length = 0;
  const weigh = (words: readonly string[], weight: number): void => {
    for (const word of words) {
      weights.set(stem(word), Math.max(weight, Math.min((weights.get(stem(word)) ?? 0) + weight, MAX_WEIGHT)));
      length += weight;
    }
  };
  weigh(wordsOf(name.slice(0, MAX_TEXT_CHARS)), NAME_WEIGHT);
  weigh(wordsOf(describedBy(definition).slice(0, MAX_TEXT_CHARS)), 1);
  for (const argument of argumentNames(definition).slice(0, MAX_ARGUMENTS))
    weigh(wordsOf(argument.slice(0, MAX_TEXT_CHARS)), ARGUMENT_WEIGHT);
  return { entry: { server, name, words: [...weights.keys()], length }, weights };
}

/** `files` is `file`: the one ending that tools are full of. */
function stem(word: string): string {
  return word.length > 3 && word.endsWith('s') && !word.endsWith('ss') ? word.slice(0, -1) : word;
}

function bestFirst(one: FoundTool, other: FoundTool): number {
  return other.score - one.score || compareTexts(one.server, other.server) || compareTexts(one.name, other.name);
}

function compareTexts(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

function keyOf(server: string, name: string): string {
  return `${server}\n${name}`;
}
