// Says limits in words: what one is, for whoever runs the gateway, and why a call is over one, for the agent that made it.

import type { Over } from './leases.ts';
import type { Limit } from './types.ts';

/** What a limit is, in a line: `60 calls a minute, at most 10 at once`. */
export function describeLimit({ rate, concurrent, bytes, spend, repeats }: Limit): string {
  if (concurrent !== undefined) return `${concurrent} at once`;
  if (rate !== undefined) return paced(rate.calls, 'calls', rate);
  if (bytes !== undefined) return paced(bytes.bytes, 'bytes', bytes);
  if (spend !== undefined) return paced(spend.units, 'units', spend);
  if (repeats === undefined) return '';
  return `${repeats.calls} identical calls in ${formatMs(repeats.windowMs)}, then none for ${formatMs(repeats.coolDownMs)}`;
}

/** Why a call is over a limit, and when to come again; sentences for an agent. */
export function describeOver({ limit, limitKind, retryAfterMs }: Pick<Over, 'limit' | 'limitKind' | 'retryAfterMs'>): string {
  const again = `Try again in ${formatMs(Math.ceil(retryAfterMs / 1_000) * 1_000)}.`;
  switch (limitKind) {
    case 'rate':
      return `Too many calls for the limit "${limit}". ${again}`;
    case 'concurrent':
      return `Too many calls at once for the limit "${limit}". Wait for one to end, or try again in a second.`;
    case 'bytes':
      return `Too much data for the limit "${limit}". ${again}`;
    case 'spend':
      return `The limit "${limit}" leaves too little to spend for this call. ${again}`;
    case 'repeats':
      return `This call was made with the same arguments too often for the limit "${limit}". Do something else; it is refused for another ${formatMs(Math.ceil(retryAfterMs / 1_000) * 1_000)}.`;
    default:
      return limitKind satisfies never;
  }
}

function paced(
  amount: number,
  what: string,
  { periodMs, burst }: { readonly periodMs: number; readonly burst?: number | undefined },
): string {
  return `${amount} ${what} in ${formatMs(periodMs)}${burst === undefined ? '' : `, at most ${burst} at once`}`;
}

const UNITS: readonly (readonly [ms: number, unit: string])[] = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'min'],
  [1_000, 's'],
];

/** In the largest unit that divides it. */
function formatMs(ms: number): string {
  const [size, unit] = UNITS.find(([one]) => ms >= one && ms % one === 0) ?? [1, 'ms'];
  return `${ms / size} ${unit}`;
}
