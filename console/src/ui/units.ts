// Figures for people: always the same number of digits for the same kind of thing, so that columns can be compared.

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'] as const;
const COUNT_STEPS = [
  [1e9, 'G'],
  [1e6, 'M'],
  [1e3, 'k'],
] as const;

/** `1 240`, with thin spaces. */
export function showCount(value: number): string {
  return Math.round(value)
    .toString()
    .replaceAll(/\B(?=(\d{3})+$)/g, '\u202f');
}

/** `12.4k`: for axes and tiles, where exact digits are noise. */
export function showShort(value: number): string {
  for (const [step, suffix] of COUNT_STEPS) if (Math.abs(value) >= step) return `${digits(value / step)}${suffix}`;
  return digits(value);
}

/** `0.41 ms`, `12.4 ms`, `3.2 s`, `4 min`. */
export function showMs(ms: number): string {
  const { value, unit } = splitMs(ms);
  return `${value} ${unit}`;
}

/** The same in two parts. */
export function splitMs(ms: number): { readonly value: string; readonly unit: string } {
  if (ms === 0) return { value: '0', unit: 'ms' };
  if (ms < 1) return { value: ms < 0.1 ? String(Math.round(ms * 1_000)) : String(Number(ms.toPrecision(2))), unit: ms < 0.1 ? 'µs' : 'ms' };
  if (ms < 1_000) return { value: digits(ms), unit: 'ms' };
  if (ms < 120_000) return { value: digits(ms / 1_000), unit: 's' };
  if (ms < 7_200_000) return { value: digits(ms / 60_000), unit: 'min' };
  return { value: digits(ms / 3_600_000), unit: 'h' };
}

/** `14.2 MB`, by thousands: lines of a chart fall on round figures. */
export function showBytes(bytes: number): string {
  const step = bytes < 1 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log10(bytes) / 3));
  return `${step === 0 ? String(Math.round(bytes)) : digits(bytes / 1000 ** step)} ${UNITS[step] ?? 'B'}`;
}

/** `0.4 %` of a whole; an empty whole has no share. */
export function showShare(part: number, whole: number): string {
  if (whole === 0) return '–';
  const share = (100 * part) / whole;
  if (share > 0 && share < 0.1) return '< 0.1 %';
  return `${share >= 10 || Number.isInteger(share) ? String(Math.round(share)) : share.toFixed(1)} %`;
}

/** Three digits that count, no zeros behind the point. */
function digits(value: number): string {
  const size = Math.abs(value);
  return String(Number(value.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : 2)));
}

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** How long ago or ahead, roughly: `just now`, `4 min ago`, `in 3 d`. */
export function showDistance(at: number, now: number): string {
  const ms = Math.abs(now - at);
  if (ms < 5 * SECOND) return 'just now';
  const text =
    ms < MINUTE
      ? `${Math.floor(ms / SECOND)} s`
      : ms < HOUR
        ? `${Math.floor(ms / MINUTE)} min`
        : ms < DAY
          ? `${Math.floor(ms / HOUR)} h`
          : `${Math.floor(ms / DAY)} d`;
  return at > now ? `in ${text}` : `${text} ago`;
}

/** `2031-04-05 14:03:22`, in the time zone of whoever reads. */
export function showTime(at: number): string {
  const date = new Date(at);
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

/** `14:03:22.417`: within a day, where rows follow each other fast. */
export function showClock(at: number): string {
  return `${showTime(at).slice(11)}.${String(new Date(at).getMilliseconds()).padStart(3, '0')}`;
}
