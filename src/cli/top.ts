// `sallyport top`: how the gateway does, now, in a terminal. It asks the admin API every two seconds and draws what it is told.

import type { AdminPorts, AdminProblem, Window } from '../admin/index.ts';
import { ok } from '../base/index.ts';
import type { Result } from '../base/index.ts';
import type { CliDeps, Command } from './command.ts';
import { EXIT } from './exit-codes.ts';
import type { ExitCode } from './exit-codes.ts';
import { dataFolder } from './locate.ts';
import { printJson, printLine } from './print.ts';
import { complainAbout } from './problems.ts';
import type { Terminal } from './terminal.ts';
import { renderTop, SORTS } from './top/render.ts';
import type { Frame, Seen, Sort } from './top/render.ts';

const PERIOD_MS = 2_000;
const WINDOWS: readonly Window[] = ['5m', '15m', '1h', '6h', '24h'];
const HELP = 'q quits, w another window, s sorts servers by something else, p stops and goes on';
const ONCE_COLUMNS = 120;
const ONCE_ROWS = 1_000;

export const topCommand: Command = {
  name: 'top',
  summary: 'Watch the gateway at work',
  description: [
    'Calls, what the gateway adds to them and what servers take, what waits for a person, what is wrong, and each server; every two seconds. Where nobody looks on, or with --once, one picture is printed as text.',
    `Keys: ${HELP}.`,
  ],
  options: [{ name: 'once', text: 'print one picture and end' }],
  examples: [['sallyport top --once --output json', 'the same for a program']],
  run: async (args, deps) => {
    const folder = dataFolder(args, deps);
    if (folder === undefined) return EXIT.config;
    const admin = deps.admin(folder);
    const seen = await look(admin, '5m');
    if (!seen.ok) return complainAbout(deps, seen.error);
    if (args.output === 'json') {
      printJson(deps, seen.value);
      return EXIT.ok;
    }
    const terminal = args.flag('once') ? undefined : deps.openTerminal();
    if (terminal === undefined) return printOnce(deps, seen.value);
    try {
      return await watch({ admin, deps, terminal }, seen.value);
    } finally {
      terminal.close();
    }
  },
};

async function look(admin: AdminPorts, window: Window): Promise<Result<Seen, AdminProblem>> {
  const [overview, capacity] = await Promise.all([admin.overview.read(window), admin.overview.capacity()]);
  return overview.ok ? ok({ overview: overview.value, capacity: capacity.ok ? capacity.value : undefined }) : overview;
}

function printOnce(deps: CliDeps, seen: Seen): 0 {
  const frame: Frame = { columns: ONCE_COLUMNS, rows: ONCE_ROWS, sort: 'calls', isUnicode: false, note: '' };
  for (const line of renderTop(seen, frame)) printLine(deps, line);
  return EXIT.ok;
}

interface Watching {
  readonly admin: AdminPorts;
  readonly deps: CliDeps;
  readonly terminal: Terminal;
}

function watch({ admin, deps, terminal }: Watching, first: Seen): Promise<ExitCode> {
  let seen = first;
  let window: Window = first.overview.window;
  let sort: Sort = 'calls';
  let isPaused = false;
  let trouble = '';
  const isUnicode = /utf-?8/i.test(deps.env['LC_ALL'] ?? deps.env['LC_CTYPE'] ?? deps.env['LANG'] ?? '');

  const draw = (): void => {
    const note = trouble || (isPaused ? `stopped: p goes on | ${HELP}` : HELP);
    terminal.draw(renderTop(seen, { columns: terminal.columns, rows: terminal.rows, sort, isUnicode, note }));
  };
  const refresh = async (): Promise<void> => {
    const next = await look(admin, window);
    // A gateway that is away for a moment is no reason to end: what it said last stays, and it is asked again.
    trouble = next.ok ? '' : `${next.error.detail} Asking again.`;
    if (next.ok && !isPaused) seen = next.value;
    draw();
  };

  return new Promise((resolve) => {
    let timer: NodeJS.Timeout | undefined;
    const loop = (): void => {
      timer = setTimeout(() => void (isPaused ? Promise.resolve() : refresh()).finally(loop), PERIOD_MS);
    };
    const end = (): void => {
      clearTimeout(timer);
      resolve(EXIT.ok);
    };
    const act: Readonly<Record<string, () => void>> = {
      q: end,
      'ctrl-c': end,
      p: () => (isPaused = !isPaused),
      s: () => (sort = after(SORTS, sort)),
      w: () => {
        window = after(WINDOWS, window);
        void refresh();
      },
    };
    terminal.onKey((key) => {
      act[key]?.();
      draw();
    });
    terminal.onResize(draw);
    deps.interrupted.addEventListener('abort', end, { once: true });
    draw();
    loop();
  });
}

/** The next of a list, and the first after the last. */
function after<T>(list: readonly T[], one: T): T {
  return list[(list.indexOf(one) + 1) % list.length] ?? one;
}
