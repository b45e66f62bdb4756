// What is guessed of the approved tools of servers, for control: each shape is read once, however often its server is told to workers.

import type { SeenDefinition } from '../cluster/index.ts';
import { parseJson } from '../mcp/index.ts';
import { guessLabels } from '../tools/index.ts';
import type { GuessedLabels, Pin, ToolGuess } from '../tools/index.ts';

/** Remembers guesses. */
export interface ToolGuesses {
  /** Of the approved tools of a server, from what was seen of it. One that is guessed to be nothing in particular is left out. */
  of(pins: readonly Pin[], rows: readonly SeenDefinition[]): readonly ToolGuess[];
}

/** Shapes that are remembered; what is beyond is read again. */
const MAX_REMEMBERED = 200_000;

/** Has guessed nothing yet. */
export function createToolGuesses(): ToolGuesses {
  /** By name as well: a guess is made from that most of all. */
  const known = new Map<string, GuessedLabels>();

  const guess = ({ name, fingerprint, definition }: SeenDefinition): GuessedLabels => {
    const key = `${fingerprint} ${name}`;
    const before = known.get(key);
    if (before !== undefined) return before;
    const parsed = parseJson(Buffer.from(definition));
    const guessed = guessLabels(name, parsed.ok ? parsed.value.value : {});
    if (known.size >= MAX_REMEMBERED) known.clear();
    known.set(key, guessed);
    return guessed;
  };

  return {
    of: (pins, rows) => {
      const fingerprints = new Map(pins.flatMap((pin) => (pin.kind === 'tool' ? [[pin.name, new Set(pin.fingerprints)] as const] : [])));
      const approved = rows.filter((row) => row.kind === 'tool' && fingerprints.get(row.name)?.has(row.fingerprint) === true);
      return [...Map.groupBy(approved, ({ name }) => name)].flatMap(([name, shapes]): readonly ToolGuess[] => {
        const guesses = shapes.map(guess);
        const labels = [...new Set(guesses.flatMap((one) => one.labels))].sort();
        const isCritical = guesses.some((one) => one.class === 'critical');
        return labels.length === 0 && !isCritical ? [] : [{ name, labels, class: isCritical ? 'critical' : 'standard' }];
      });
    },
  };
}
