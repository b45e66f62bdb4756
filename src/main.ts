// Picks the process to be and wires it. The only file that knows everyone.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Duties, Init, Links } from './processes/index.ts';
import { createLog } from './telemetry/index.ts';
import type { Log } from './telemetry/index.ts';

const entry = fileURLToPath(import.meta.url);
const version = readVersion();

/** One process of a gateway, which lives until it is told to go; what only compiles the code of others (compiled-code.ts); or a command, which has an exit code. */
async function main(argv: readonly string[]): Promise<number | undefined> {
  if (argv[0] === '--process') {
    const { runChild } = await import('./processes/child.ts');
    runChild(await begin(argv[1]));
    return undefined;
  }
  if (argv[0] === '--compile') {
    for (const role of argv.slice(1)) await begin(role);
    return 0;
  }
  // The command line is loaded only where it is used: a worker may not even read files that it does not need.
  const { runCommand } = await import('./serve.ts');
  return runCommand(argv, { entry, version });
}

type Begin = (init: Init, links: Links) => Duties;

/** Loads the one role that this process has, and no other's code: a worker has no store, no admin API and no way to start programs. */
async function begin(role: string | undefined): Promise<Begin> {
  switch (role) {
    case 'control': {
      const { beginControl } = await import('./processes/control.ts');
      return (init, links) => beginControl(init, links, openLog(init), version);
    }
    case 'keeper': {
      const { beginKeeper } = await import('./processes/keeper.ts');
      return (init) => beginKeeper(init, openLog(init));
    }
    case 'runner': {
      const { beginRunner } = await import('./processes/runner.ts');
      return (init, links) => beginRunner(links, openLog(init));
    }
    case 'worker': {
      const { beginWorker } = await import('./processes/worker.ts');
      return (init, links) => beginWorker(init, links, openLog(init));
    }
    case 'console': {
      const { beginConsole } = await import('./processes/console.ts');
      const { consoleFolder } = await import('./processes/console-folder.ts');
      return (init, links) => beginConsole(init, links, openLog(init), consoleFolder(entry));
    }
    case 'inspector': {
      const { beginInspector } = await import('./processes/inspector.ts');
      const { prepareInspection } = await import('./processes/inspection-engine.ts');
      return (init) => beginInspector(prepareInspection, openLog(init));
    }
    default:
      throw new Error('the gateway has no such process');
  }
}

function openLog(init: Init): Log {
  const log = createLog({
    process: init.name,
    level: 'info',
    write: (line) => process.stderr.write(line),
    clock: () => Date.now(),
    format: init.logFormat,
  });
  process.title = `sallyport ${init.name}`;
  process.on('uncaughtException', (error) => fatal(log, error));
  process.on('unhandledRejection', (error) => fatal(log, error));
  return log;
}

/** A process whose state is unknown must not judge anything: it goes, and the supervisor starts a new one. */
function fatal(log: Log, error: unknown): void {
  log.error('this process ends after a fault', {
    error: error instanceof Error ? error : new Error('a value that is no error was thrown'),
  });
  process.exit(70);
}

function readVersion(): string {
  try {
    const manifest: unknown = JSON.parse(readFileSync(join(fileURLToPath(import.meta.url), '..', '..', 'package.json'), 'utf8'));
    return typeof manifest === 'object' && manifest !== null && 'version' in manifest ? String(manifest.version) : 'unknown';
  } catch {
    return 'unknown';
  }
}

const exitCode = await main(process.argv.slice(2));
if (exitCode !== undefined) process.exitCode = exitCode;
