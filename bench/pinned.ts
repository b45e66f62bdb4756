// Processes of a part kept to their cores: the gateway and HAProxy to one, what calls and answers them to the other.

import { execFileSync } from 'node:child_process';

import { findProgram } from './machine.ts';
import { LOAD_CORE } from './measure.ts';
import { readTree } from './procfs.ts';

const taskset = findProgram('taskset');

/** Keeps a process and all below it to a core, from now on and with all that they start. */
export function pinTree(pid: number, core: number): void {
  if (taskset === undefined) return;
  for (const { pid: each } of readTree(pid)) execFileSync(taskset, ['-a', '-p', '-c', String(core), String(each)], { stdio: 'ignore' });
}

/** Keeps this process to the load's core; what it starts is there too until it is put elsewhere. */
export function pinItself(): void {
  if (taskset !== undefined) execFileSync(taskset, ['-a', '-p', '-c', String(LOAD_CORE), String(process.pid)], { stdio: 'ignore' });
}
