// Lists of the policy's history that the gateway gives in pages: so many rows, newest first, as a table or as JSON.

import type { AdminProblem } from '../admin/index.ts';
import { ok } from '../base/index.ts';
import type { Result } from '../base/index.ts';
import type { ParsedArguments } from './arguments.ts';
import type { CliDeps, Command, OptionSpec } from './command.ts';
import { EXIT } from './exit-codes.ts';
import { dataFolder } from './locate.ts';
import { complain, printJson, printLine, printTable } from './print.ts';
import { complainAbout } from './problems.ts';

const DEFAULT_LIMIT = 50;
/** What one page of the API has at most. */
const PAGE = 500;

interface PageRequest {
  readonly limit: number;
  readonly cursor?: string;
}

interface Page<T> {
  readonly rows: readonly T[];
  readonly next: string | null;
}

interface List<T> extends Pick<Command, 'name' | 'summary'> {
  readonly description: readonly string[];
  /** Beside --limit. */
  readonly options: readonly OptionSpec[];
  /** What the rows are called, also in JSON. */
  readonly rows: string;
  /** What is said where there are none. */
  readonly empty: string;
  readonly header: readonly string[];
  readonly toCells: (row: T) => readonly string[];
  readonly ask: (admin: ReturnType<CliDeps['admin']>, page: PageRequest, args: ParsedArguments) => Promise<Result<Page<T>, AdminProblem>>;
}

/** The command that prints such a list. */
export function listCommand<T>({ name, summary, description, options, rows, empty, header, toCells, ask }: List<T>): Command {
  const limitOption = { name: 'limit', value: 'COUNT', text: `so many ${rows} at most, newest first (default: ${DEFAULT_LIMIT})` } as const;
  return {
    name,
    summary,
    description,
    options: [...options, limitOption],
    run: async (args, deps) => {
      const limit = Number(args.text('limit') ?? DEFAULT_LIMIT);
      if (!Number.isInteger(limit) || limit < 1) return complain(deps, EXIT.usage, '--limit is a whole number from 1.');
      const folder = dataFolder(args, deps);
      if (folder === undefined) return EXIT.config;
      const admin = deps.admin(folder);
      const read = await readPages(limit, (page) => ask(admin, page, args));
      if (!read.ok) return complainAbout(deps, read.error);
      if (args.output === 'json') printJson(deps, { [rows]: read.value });
      else if (read.value.length === 0) printLine(deps, empty);
      else printTable(deps, header, read.value.map(toCells));
      return EXIT.ok;
    },
  };
}

/** The first rows of a list, by as many pages as that takes. */
async function readPages<T>(
  limit: number,
  ask: (page: PageRequest) => Promise<Result<Page<T>, AdminProblem>>,
): Promise<Result<readonly T[], AdminProblem>> {
  const rows: T[] = [];
  let cursor: string | null | undefined;
  while (cursor !== null && rows.length < limit) {
    const answered = await ask({ limit: Math.min(PAGE, limit - rows.length), ...(cursor === undefined ? {} : { cursor }) });
    if (!answered.ok) return answered;
    rows.push(...answered.value.rows);
    cursor = answered.value.next;
  }
  return ok(rows);
}
