// The config file, and whether its addresses are free where no gateway runs.

import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { formatAddress, formatProblem, loadConfigFile } from '../../config/index.ts';
import type { Address, ConfigShard } from '../../config/index.ts';
import type { CliDeps } from '../command.ts';
import { shownPath } from '../locate.ts';
import { finding } from './finding.ts';
import type { Finding } from './finding.ts';

export interface CheckedConfig {
  readonly findings: readonly Finding[];
  readonly shard: ConfigShard | undefined;
}

const MAX_PROBLEMS = 5;

/** The file, as the gateway would read it. */
export function checkConfig(file: string, data: string | undefined, deps: CliDeps): CheckedConfig {
  const shown = shownPath(file, deps);
  if (!existsSync(file))
    return { shard: undefined, findings: [finding('config', 'skipped', `There is no ${shown}.`, { remedy: 'Name it with --config.' })] };
  const loaded = loadConfigFile(file, deps.env, data);
  const problems = (loaded.ok ? loaded.value.warnings : loaded.error).slice(0, MAX_PROBLEMS).map((problem) =>
    finding(
      'config',
      problem.severity === 'error' ? 'failed' : 'warning',
      formatProblem({ ...problem, file: shownPath(problem.file, deps), fix: undefined }),
      {
        remedy: problem.fix ?? null,
      },
    ),
  );
  if (!loaded.ok) return { shard: undefined, findings: problems };
  const { shard } = loaded.value;
  const good = finding('config', 'ok', `${shown} is good: ${shard.servers.length} servers, ${shard.policy.rules.length} rules.`);
  return { shard, findings: [good, ...problems] };
}

/** Whether the gateway could listen where the config wants it to. */
export async function checkPorts(shard: ConfigShard): Promise<Finding[]> {
  const found: Finding[] = [];
  for (const { name, address } of shard.listeners) found.push(await checkPort(`listener ${name}`, address));
  if (shard.metricsListen !== undefined) found.push(await checkPort('metrics', shard.metricsListen));
  return found;
}

function checkPort(about: string, address: Address): Promise<Finding> {
  const where = formatAddress(address);
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) =>
      resolve(
        finding('listener', 'failed', `${where} cannot be listened on (${error.code ?? 'no code'}).`, {
          about,
          remedy: remedyOf(error.code),
        }),
      ),
    );
    server.listen({ host: address.host, port: address.port, exclusive: true }, () =>
      server.close(() => resolve(finding('listener', 'ok', `${where} is free.`, { about }))),
    );
  });
}

function remedyOf(code: string | undefined): string {
  switch (code) {
    case 'EADDRINUSE':
      return 'Another program listens there: stop it, or name another port.';
    case 'EACCES':
      return 'This user may not listen there: name a port from 1024 on.';
    case 'EADDRNOTAVAIL':
      return 'This machine does not have that address.';
    default:
      return 'Name another address.';
  }
}
