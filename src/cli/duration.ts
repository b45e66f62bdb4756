// Reads how long something should last, the way people write it.

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
