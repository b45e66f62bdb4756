// `sallyport limits`: what limits there are, how much of each is left, and who is refused.

import type { LimitsView } from '../admin/index.ts';
import type { CliDeps, Command } from './command.ts';
import { formatAge } from './duration.ts';
import { EXIT } from './exit-codes.ts';
import { dataFolder } from './locate.ts';
import { printJson, printLine, printTable } from './print.ts';
import { complainAbout } from './problems.ts';

type LimitRow = LimitsView['limits'][number];
type BucketRow = LimitRow['buckets'][number];

export const limitsCommand: Command = {
  name: 'limits',
  summary: 'Show how much of the limits is left, and who is refused',
  description: [
    'Each limit of the policy with the buckets that somebody has taken from; the emptiest first, at most a hundred of each. What nobody has taken from is full and not shown.',
    'LEFT is what may be called, sent or spent now, and of a concurrent limit the free places; a debt of bytes is shown below zero. NEXT is when the smallest call passes again.',
  ],
  examples: [['sallyport limits --output json', 'For a program.']],
  run: async (args, deps) => {
    const folder = dataFolder(args, deps);
    if (folder === undefined) return EXIT.config;
    const answered = await deps.admin(folder).limits();
    if (!answered.ok) return complainAbout(deps, answered.error);
    if (args.output === 'json') printJson(deps, answered.value);
    else print(deps, answered.value.limits);
    return EXIT.ok;
  },
};

function print(deps: CliDeps, limits: readonly LimitRow[]): void {
  if (limits.length === 0) return printLine(deps, "The policy has no limits; add one under 'limits' there.");
  const nowMs = deps.now().getTime();
  const rows = limits.flatMap((limit) =>
    limit.buckets.length === 0 ? [fullRow(limit)] : limit.buckets.map((bucket) => bucketRow(limit, bucket, nowMs)),
  );
  printTable(deps, ['LIMIT', 'WHAT', 'OF', 'LEFT', 'NEXT', 'ADMITTED', 'REFUSED', 'LAST REFUSED'], rows);
  const [hiding] = limits.flatMap(({ fewest }) => fewest ?? []);
  if (hiding !== undefined)
    printLine(
      deps,
      `\nAgents are not told apart, by the privacy profile${hiding > 1 ? `, and figures about fewer than ${hiding} are not shown` : ''}.`,
    );
  for (const { name, count, buckets } of limits)
    if (count > buckets.length) printLine(deps, `\n${name}: ${count - buckets.length} more are not shown.`);
}

function fullRow({ name, text, per, capacity }: LimitRow): readonly string[] {
  const of = per.length === 0 ? 'all' : `every ${per.join(', ')}`;
  return [name, text, of, String(capacity), 'now', '0', '0', ''];
}

function bucketRow({ name, text, kind }: LimitRow, bucket: BucketRow, nowMs: number): readonly string[] {
  const { agent, agents, group, server, tool, remaining, admitted, refused, lastRefusedAt, retryAfterMs } = bucket;
  const parts = [
    ['agent', agent],
    ['agents:', agents === null ? null : String(agents)],
    ['group', group === '' ? '(none)' : group],
    ['server', server],
    ['tool', tool],
  ] as const;
  const of = parts.flatMap(([what, value]) => (value === null ? [] : [`${what} ${value}`])).join(', ');
  const next =
    retryAfterMs === null
      ? '-'
      : retryAfterMs === 0
        ? 'now'
        : kind === 'concurrent'
          ? 'when one ends'
          : `in ${formatAge(retryAfterMs + 999)}`;
  const last = lastRefusedAt === null ? '' : `${formatAge(nowMs - Date.parse(lastRefusedAt))} ago`;
  return [name, text, of === '' ? 'all' : of, remaining === null ? '-' : String(remaining), next, String(admitted), String(refused), last];
}
