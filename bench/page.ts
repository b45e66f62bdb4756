// The generated parts of docs/performance.md: what runs measured, as tables and charts, put between the marks that stand there. Pure.

import { type Bar, barChart } from './bar-chart.ts';
import type { Verdict } from './budgets.ts';
import type { Report } from './report.ts';
import { spreadOf } from './results.ts';
import { allRows, type Group, type Row, ROWS, yardstickOf } from './rows.ts';
import { measuredOf } from './targets.ts';
import type { Shares } from './shares.ts';

/** A run as its JSON has it. */
export type Run = Report & { readonly startedAt: string };

const CPU = 'saturation.cpuPerRequestUs';
const TOP = 10;
/** Rows of other groups that a chart shows as well: what its own are held against. */
const AGAINST: Partial<Record<Group, readonly Row[]>> = { bridges: ['sallyport-plain'], steps: ['haproxy-tls', 'relay-tls'] };

/** What several runs say together: of each target the last that was asked for it, of each group of rows the last that measured it. */
export function figuresSection(runs: readonly Run[]): string {
  const last = runs.at(-1);
  if (last === undefined) throw new Error('no run');
  const { machine, haproxy, rivals } = last;
  return [
    `Measured on ${runs.map(({ startedAt }) => startedAt.slice(0, 16).replace('T', ' ')).join(' and ')} (UTC): ${machine.cores} × ${machine.cpu}, ${machine.memoryGiB} GiB, ${machine.system},`,
    `Node ${machine.node}, ${haproxy.replace(/ - .*/, '')}, ${rivals}, commit ${machine.commit}; medians of ${last.rounds} rounds of ${last.measureMs / 1000} s.`,
    `One durable write of this disk: p50 ${machine.durableWriteP50Ms.toFixed(2)} ms, p99 ${machine.durableWriteP99Ms.toFixed(2)} ms; every latency on an instant upstream has at least one in it.`,
    '',
    ...markdown(['figure', 'target', 'stretch', 'measured', ''], targetLines(runs)),
    '',
    ...markdown(['row', 'req/s', 'CPU µs/req', '× HAProxy', 'p50 ms', 'p99 ms'], rowLines(runs)),
  ].join('\n');
}

/** The top ten of a profile. */
export function profileSection({ samples, folders, files, functions }: Shares): string {
  const lines = Array.from({ length: TOP }, (_, n) =>
    [folders, files, functions].map((list) => {
      const share = list[n];
      return share === undefined ? '' : `${share.name.replaceAll('|', '\\|')} ${(share.share * 100).toFixed(1)} %`;
    }),
  );
  return [`${samples} samples.`, '', ...markdown(['folder', 'file', 'function'], lines)].join('\n');
}

/** The charts, by the name of their file. */
export function charts(runs: readonly Run[]): ReadonlyMap<string, string> {
  const limit = (of: string): number | undefined =>
    runs.at(-1)?.verdicts.find(({ budget }) => budget.of === of && budget.against !== undefined)?.budget.atMost;
  const bars = (group: Group): readonly Bar[] =>
    allRows().flatMap((row) => {
      const isShown = ROWS[row].group === group || AGAINST[group]?.includes(row) === true;
      const value = latest(runs, row, CPU)?.median;
      return value === undefined || !isShown ? [] : [{ label: ROWS[row].label, value, isOurs: isOurs(row) }];
    });
  const haproxy = latest(runs, 'haproxy-tls', CPU)?.median;
  const target = limit('sallyport-tls');
  const mark = haproxy === undefined || target === undefined ? {} : { mark: { value: haproxy * target, label: `${target} × HAProxy` } };
  const made = new Map<string, string>();
  const draw = (name: string, group: Group, options: Parameters<typeof barChart>[1]): void => {
    const drawn = bars(group);
    if (drawn.length > 0) made.set(name, barChart(drawn, options));
  };
  draw('proxies.svg', 'proxies', { title: 'CPU of a call, 50 connections', unit: 'µs', ...mark });
  draw('steps.svg', 'steps', { title: 'CPU of a call, one thing more at a time', unit: 'µs', ...mark });
  draw('roads.svg', 'bridges', { title: 'CPU of a call by its road, everything on', unit: 'µs' });
  draw('alike.svg', 'alike', { title: 'CPU of a call, like for like', unit: 'µs' });
  return made;
}

/** Puts text between the two marks of a name; throws where they are not there. */
export function between(page: string, name: string, text: string): string {
  const [begin, end] = [`<!-- ${name}: generated, do not edit -->`, `<!-- ${name}: end -->`];
  const from = page.indexOf(begin);
  const to = page.indexOf(end);
  if (from < 0 || to < from) throw new Error(`the page has no marks for ${name}`);
  return `${page.slice(0, from + begin.length)}\n\n${text}\n\n${page.slice(to)}`;
}

function targetLines(runs: readonly Run[]): readonly (readonly string[])[] {
  const known = new Map<string, Verdict>();
  for (const { verdicts } of runs)
    for (const verdict of verdicts)
      if (verdict.kind !== 'not asked' || !known.has(verdict.budget.name)) known.set(verdict.budget.name, verdict);
  return [...known.values()].map((verdict) => {
    const { kind, budget, limit, reachesStretch } = verdict;
    const measured = kind === 'not asked' ? '' : kind === 'unmeasured' ? 'no figure' : measuredOf(verdict);
    return [budget.name, limit, String(budget.stretch ?? ''), measured, kind === 'kept' && reachesStretch ? 'stretch reached' : kind];
  });
}

function rowLines(runs: readonly Run[]): readonly (readonly string[])[] {
  return allRows().flatMap((row) => {
    const figure = (name: string, digits: number): string => latest(runs, row, `saturation.${name}`)?.median.toFixed(digits) ?? '';
    if (figure('requestsPerSecond', 0) === '') return [];
    const ratio = ROWS[row].baseline === undefined ? '' : (latest(runs, row, CPU, yardstickOf(row))?.median.toFixed(2) ?? '');
    return [[ROWS[row].label, figure('requestsPerSecond', 0), figure('cpuPerRequestUs', 1), ratio, figure('p50Ms', 2), figure('p99Ms', 2)]];
  });
}

function latest(runs: readonly Run[], row: Row, figure: string, against?: Row) {
  return runs.map(({ samples }) => spreadOf(samples, row, figure, { against })).findLast((spread) => spread !== undefined);
}

function isOurs(row: Row): boolean {
  const { between: what } = ROWS[row];
  return what === 'relay' || (typeof what === 'object' && 'road' in what);
}

function markdown(head: readonly string[], lines: readonly (readonly string[])[]): readonly string[] {
  return [head, head.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`);
}
