// The parts of a run that are programs of their own, since what they measure is no road that a call takes: what size costs, what waits and
// costs memory, large answers, overload, the start. Each runs alone as well: `node bench/<part>.ts`.

import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import type { Children } from './children.ts';
import { type Figures, FIGURES_FILE, readFigures } from './figures.ts';

const PATIENCE_MS = 30 * 60_000;

/** What each part is about. `quick`: a --quick run takes its short form; the others are only shorter there when they are named. */
export const PARTS = {
  large: { label: 'answers of 1 MiB and 100 MiB', quick: true },
  overload: { label: 'twice as many calls as it can carry', quick: false },
  connections: { label: 'memory of idle connections and of streams', quick: false },
  start: { label: 'from the start to the first answered call', quick: false },
  'scale-policy': { label: 'what many agents and rules cost a call', quick: false },
  scale: { label: 'what many servers and tools cost a call', quick: false },
} as const satisfies Readonly<Record<string, { readonly label: string; readonly quick: boolean }>>;

export type Part = keyof typeof PARTS;

/** What became of a part. */
export interface PartResult {
  readonly part: Part;
  readonly figures: Figures;
  /** What it printed. */
  readonly output: string;
  /** Why there are no figures, or what it said was wrong. */
  readonly failure: string | undefined;
}

/** Every part, in the order of a run. */
export function allParts(): readonly Part[] {
  return Object.keys(PARTS).filter(isPart);
}

/** Whether a word is the name of a part. */
export function isPart(word: string): word is Part {
  return Object.hasOwn(PARTS, word);
}

/** Runs a part with the whole machine, and takes its figures. Its own budgets are its own affair: a miss of them is no failure here. */
export async function runPart(children: Children, part: Part, folder: string, quick: boolean): Promise<PartResult> {
  const script = fileURLToPath(new URL(`./${part}.ts`, import.meta.url));
  if (!existsSync(script)) return { part, figures: {}, output: '', failure: 'it is not there' };
  const file = join(folder, `${part}.figures.json`);
  rmSync(file, { force: true });
  const child = children.start({
    name: part,
    command: process.execPath,
    args: [script, ...(quick ? ['--quick'] : [])],
    cores: 'all',
    env: { [FIGURES_FILE]: file },
  });
  const lines: string[] = [];
  let end = '';
  try {
    for (;;) lines.push(await child.nextLine(PATIENCE_MS));
  } catch (error) {
    end = error instanceof Error ? error.message : String(error);
  }
  await children.stop(child);
  const figures = readFigures(file);
  return { part, figures: figures ?? {}, output: lines.join('\n'), failure: figures === undefined ? end : undefined };
}
