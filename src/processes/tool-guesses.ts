// What is guessed of the approved tools of servers, for control: each is read once, however often its server is told to workers.

import type { SeenDefinition } from '../cluster/index.ts';
import { parseJson } from '../mcp/index.ts';
import type { JsonValue } from '../mcp/index.ts';
import { guessTool } from '../tools/index.ts';
import type { Pin, ToolGuess } from '../tools/index.ts';

/** Remembers guesses. */
export interface ToolGuesses {
  /** Of the approved tools of a server, from what was seen of it. One that seems to be nothing in particular is left out. */
  of(pins: readonly Pin[], rows: readonly SeenDefinition[]): readonly ToolGuess[];
}

/** Tools that are remembered; what is beyond is read again. */
const MAX_REMEMBERED = 200_000;

/** Has guessed nothing yet. */
export function createToolGuesses(): ToolGuesses {
  /** By name and all its approved shapes. */
  const known = new Map<string, ReturnType<typeof guessTool>>();

  return {
    of: (pins, rows) => {
      const texts = new Map(rows.map((row) => [`${row.name} ${row.fingerprint}`, row.definition]));
      return pins.flatMap(({ kind, name, fingerprints }): readonly ToolGuess[] => {
        if (kind !== 'tool') return [];
        const key = `${name} ${fingerprints.join(' ')}`;
        const guess = known.has(key)
          ? known.get(key)
          : guessTool(
              name,
              fingerprints.map((one) => valueOf(texts.get(`${name} ${one}`))),
            );
        if (known.size >= MAX_REMEMBERED) known.clear();
        known.set(key, guess);
        return guess === undefined ? [] : [{ name, ...guess }];
      });
    },
  };
}

function valueOf(text: string | undefined): JsonValue {
  const parsed = text === undefined ? undefined : parseJson(Buffer.from(text));
  return parsed?.ok === true ? parsed.value.value : null;
}
