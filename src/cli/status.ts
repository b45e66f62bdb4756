// `sallyport status`: how the running gateway is. A gateway that works on an older config than its file says so here.

import type { GatewayStatus } from '../admin/index.ts';
import { formatProblem } from '../config/index.ts';
import type { CliDeps, Command } from './command.ts';
import { EXIT } from './exit-codes.ts';
import { dataFolder } from './locate.ts';
import { complain, printJson, printLine, printTable, printText } from './print.ts';
import { complainAbout } from './problems.ts';

export const statusCommand: Command = {
  name: 'status',
  summary: 'Show how the running gateway is',
  run: async (args, deps) => {
    const folder = dataFolder(args, deps);
    if (folder === undefined) return EXIT.config;
    const answered = await deps.admin(folder).status();
    if (!answered.ok) return complainAbout(deps, answered.error);
    const status = answered.value;
    if (args.output === 'json') printJson(deps, status);
    else printStatus(deps, status);
    const { refusal } = status.config;
    if (refusal !== null) {
      const lines = refusal.problems.map((problem) => formatProblem({ ...problem, fix: problem.fix }));
      return complain(
        deps,
        EXIT.config,
        'The config file was changed, but cannot be put in force; the gateway goes on with the one before.',
        ...lines,
      );
    }
    return status.ready ? EXIT.ok : complain(deps, EXIT.failed, 'The gateway is not ready.');
  },
};

function printStatus(deps: CliDeps, status: GatewayStatus): void {
  printLocks(deps, status);
  const { config } = status;
  const facts: readonly (readonly [string, string])[] = [
    ['version', status.version],
    ['ready', status.ready ? 'yes' : 'no'],
    ['running since', status.startedAt],
    ['process', String(status.pid)],
    ...status.listeners.map(({ name, url }): readonly [string, string] => [`listener ${name}`, url]),
    ...(status.notServed ?? []).map(({ name, url }): readonly [string, string] => [
      `listener ${name}`,
      `${url}, NOT SERVED: see the log for why`,
    ]),
    ...(status.metrics === undefined ? [] : [['metrics', status.metrics] as const]),
    ...(status.console === undefined ? [] : [['console', status.console] as const]),
    ['agents', String(status.agents)],
    ['servers', String(status.servers)],
    ...(status.routes ?? []).map(({ path, servers }): readonly [string, string] => [`route ${path}`, servers.join(', ') || 'no servers']),
    ['config', config.file ?? 'none'],
    ['config revision', `${config.revision}, in force since ${config.loadedAt}`],
    ['data folder', status.dataFolder],
  ];
  const width = Math.max(...facts.map(([name]) => name.length));
  for (const [name, value] of facts) printLine(deps, `${name.padEnd(width)}  ${value}`);
  for (const fault of status.faults ?? []) printText(deps, `${'FAULT'.padEnd(width)}  ${fault}`);
  printLine(deps, '');
  const rows = status.workers.map(({ slot, pid, state, startedAt, revision }) => [
    String(slot),
    String(pid),
    state,
    startedAt,
    String(revision),
  ]);
  printTable(deps, ['WORKER', 'PROCESS', 'STATE', 'SINCE', 'CONFIG REVISION'], rows);
}

/** First of all: whoever asks why nothing works reads it before anything else. */
function printLocks(deps: CliDeps, { lockdown }: GatewayStatus): void {
  if (lockdown === undefined) return;
  const { fault, locks } = lockdown;
  if (fault !== null) printText(deps, `LOCKED DOWN  everything, because nobody can say what is: the lockdown folder ${fault}`);
  for (const { kind, name, since, by, reason } of locks)
    printText(
      deps,
      `LOCKED DOWN  ${kind === 'all' ? 'everything' : `${kind} ${name}`}, since ${since}, by ${by}${reason === '' ? '' : `: ${reason}`}`,
    );
  if (fault !== null || locks.length > 0) printLine(deps, '');
}
