// What is guessed of the approved tools of servers, for control: each is read once, however often its server is told to workers.

import type { SeenDefinition } from '../cluster/index.ts';
import { parseJson } from '../mcp/index.ts';
import type { JsonValue } from '../mcp/index.ts';
import { guessTool } from '../tools/index.ts';
import type { Pin, ToolGuess } from '../tools/index.ts';
import { pause } from './pause.ts';

/** Remembers guesses. */
export interface ToolGuesses {
  /** Of the approved tools of a server, from what was seen of it. One that seems to be nothing in particular is left out. */
  of(pins: readonly Pin[], rows: readonly SeenDefinition[]): Promise<readonly ToolGuess[]>;
}

/** Tools that are remembered; what is beyond is read again. */
const MAX_REMEMBERED = 200_000;

/** Tools that are read in one go: between two goes, others are answered. */
const AT_ONCE = 100;

/** Has guessed nothing yet. */
export function createToolGuesses(): ToolGuesses {
  /** By name and all its approved shapes. */
  const known = new Map<string, ReturnType<typeof guessTool>>();

  return {
    of: async (pins, rows) => {
      const texts = new Map(rows.map((row) => [`${row.name} ${row.fingerprint}`, row.definition]));
      const found: ToolGuess[] = [];
      let read = 0;
      for (const { kind, name, fingerprints } of pins) {
        if (kind !== 'tool') continue;
        const key = `${name} ${fingerprints.join(' ')}`;
        if (!known.has(key)) {
          const shapes = fingerprints.map((one) => valueOf(texts.get(`${name} ${one}`)));
          if (known.size >= MAX_REMEMBERED) known.clear();
          known.set(key, guessTool(name, shapes));
          if (++read % AT_ONCE === 0) await pause();
        }
        const guess = known.get(key);
        if (guess !== undefined) found.push({ name, ...guess });
      }
      return found;
    },
  };
}

function valueOf(text: string | undefined): JsonValue {
  const parsed = text === undefined ? undefined : parseJson(Buffer.from(text));
  return parsed?.ok === true ? parsed.value.value : null;
}
