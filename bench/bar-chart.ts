// A bar chart as a small SVG that reads well by day and by night. Pure.

/** One bar. */
export interface Bar {
  readonly label: string;
  readonly value: number;
  /** Set apart by colour: ours. */
  readonly isOurs: boolean;
}

/** What stands around the bars. */
export interface ChartOptions {
  readonly title: string;
  readonly unit: string;
  /** A line across all bars, such as a target. */
  readonly mark?: { readonly value: number; readonly label: string };
}

const WIDTH = 860;
const ROW = 26;
const TOP = 52;
const LABELS = 430;
const VALUES = 80;

/** The colours are given for both, since a picture in a page does not know the page's. */
const STYLE = `text{font:13px system-ui,sans-serif;fill:#1f2328}.t{font-weight:600}.b{fill:#8c959f}.o{fill:#0969da}.m{stroke:#cf222e;stroke-dasharray:4 3}.l{fill:#cf222e}
@media(prefers-color-scheme:dark){text{fill:#e6edf3}.b{fill:#6e7681}.o{fill:#4493f8}.m{stroke:#ff7b72}.l{fill:#ff7b72}}`;

/** Draws bars below each other, the first on top. */
export function barChart(bars: readonly Bar[], { title, unit, mark }: ChartOptions): string {
  const most = Math.max(mark?.value ?? 0, ...bars.map(({ value }) => value));
  const scale = (value: number): number => Math.round(((WIDTH - LABELS - VALUES) * value * 10) / most) / 10;
  const height = TOP + bars.length * ROW + 12;
  const lines = bars.map(({ label, value, isOurs }, n) => {
    const y = TOP + n * ROW;
    return [
      `<text x="${LABELS - 10}" y="${y + 15}" text-anchor="end">${escaped(label)}</text>`,
      `<rect class="${isOurs ? 'o' : 'b'}" x="${LABELS}" y="${y + 2}" width="${scale(value)}" height="${ROW - 8}" rx="2"/>`,
      `<text x="${LABELS + scale(value) + 6}" y="${y + 15}">${digits(value)}</text>`,
    ].join('');
  });
  const at = mark === undefined ? 0 : LABELS + scale(mark.value);
  const across =
    mark === undefined
      ? ''
      : `<line class="m" x1="${at}" x2="${at}" y1="${TOP - 4}" y2="${height - 8}"/><text class="l" x="${at}" y="${TOP - 8}" text-anchor="middle">${escaped(mark.label)}</text>`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${escaped(title)}">`,
    `<style>${STYLE}</style>`,
    `<text class="t" x="10" y="20">${escaped(title)}, ${escaped(unit)}</text>`,
    ...lines,
    across,
    '</svg>',
    '',
  ].join('\n');
}

/** As many digits as tell. */
function digits(value: number): string {
  return value.toFixed(value >= 100 ? 0 : value >= 10 ? 1 : 2);
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
