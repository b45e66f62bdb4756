// How long something should last, or has lasted, the way people write it.

const UNIT_MS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 7 * 86_400_000 };
const LONGEST_MS = 100 * 366 * 86_400_000;

/** Milliseconds of `90m`, `12h`, `30d` or `4w`; undefined for anything else, zero included. */
export function parseDuration(text: string): number | undefined {
  const match = /^([1-9]\d{0,6})([mhdw])$/.exec(text);
  const unitMs = UNIT_MS[match?.[2] ?? ''];
  if (unitMs === undefined) return undefined;
  const durationMs = Number(match?.[1]) * unitMs;
  return durationMs <= LONGEST_MS ? durationMs : undefined;
}

/** The largest whole unit of an age, such as `40s`, `5m` or `3d`; what lies ahead is `0s`, as clocks differ. */
export function formatAge(ageMs: number): string {
  const seconds = Math.max(0, Math.floor(ageMs / 1_000));
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 3_600) return `${Math.floor(seconds / 60)}m`;
  return seconds < 86_400 ? `${Math.floor(seconds / 3_600)}h` : `${Math.floor(seconds / 86_400)}d`;
}
