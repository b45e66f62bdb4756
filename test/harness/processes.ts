// Which children a process has, by the role that their command line shows. Reads /proc where there is one, else asks ps.

import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';

interface Row {
  readonly pid: number;
  readonly parent: number;
  readonly args: readonly string[];
}

/** Process ids of the live children of `parent` that are the gateway's process of this role. */
export function childProcesses(parent: number, role: string): readonly number[] {
  return table()
    .filter((row) => row.parent === parent && hasRole(row.args, role))
    .map((row) => row.pid)
    .sort((a, b) => a - b);
}

/** Process ids of all live children of `parent`. */
export function childrenOf(parent: number): readonly number[] {
  return table()
    .filter((row) => row.parent === parent)
    .map((row) => row.pid);
}

/** A process begins as `… --process <role>` and then calls itself `sallyport <role>…`, which replaces its arguments. */
function hasRole(args: readonly string[], role: string): boolean {
  const option = args.indexOf('--process');
  return option >= 0 ? args[option + 1] === role : new RegExp(`^sallyport ${role}\\b`).test(args.join(' '));
}

/** Whether a process with this id runs (a zombie does not). */
export function isRunning(pid: number): boolean {
  return table().some((row) => row.pid === pid);
}

function table(): readonly Row[] {
  return existsSync('/proc/self/stat') ? fromProc() : fromPs();
}

function fromProc(): readonly Row[] {
  const rows: Row[] = [];
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      // The command name stands in parentheses and may itself contain any of them: cut behind the last one.
      const stat = readFileSync(`/proc/${name}/stat`, 'latin1');
      const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      if (state === 'Z') continue;
      const args = readFileSync(`/proc/${name}/cmdline`, 'utf8').split('\0');
      rows.push({ pid: Number(name), parent: Number(parent), args });
    } catch {
      // It ended while we looked.
    }
  }
  return rows;
}

function fromPs(): readonly Row[] {
  const { stdout } = spawnSync('ps', ['-A', '-o', 'pid=,ppid=,stat=,args='], { encoding: 'utf8' });
  return stdout
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter((words) => words.length > 3 && words[2]?.startsWith('Z') === false)
    .map(([pid, parent, , ...args]) => ({ pid: Number(pid), parent: Number(parent), args }));
}
