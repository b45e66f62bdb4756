// How a part of the bench that is a program of its own hands its figures to the run that started it: one file of JSON, named by the run.

import { readFileSync, writeFileSync } from 'node:fs';

/** Figures by their name. */
export type Figures = Readonly<Record<string, number>>;

/** The environment variable that names the file. */
export const FIGURES_FILE = 'SALLYPORT_BENCH_FIGURES';

/** Hands figures over, where somebody waits for them; whoever runs a part by hand reads what it prints. */
export function handOver(figures: Figures): void {
  const file = process.env[FIGURES_FILE];
  if (file !== undefined) writeFileSync(file, JSON.stringify(figures));
}

/** What was handed over; undefined: nothing, or no figures. */
export function readFigures(file: string): Figures | undefined {
  try {
    return parseFigures(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

/** Figures from JSON; undefined when it is anything else. */
export function parseFigures(text: string): Figures | undefined {
  const document: unknown = JSON.parse(text);
  if (typeof document !== 'object' || document === null) return undefined;
  const figures: Record<string, number> = {};
  for (const [name, value] of Object.entries(document)) {
    if (typeof value !== 'number') return undefined;
    figures[name] = value;
  }
  return figures;
}
