// What the kernel knows about a process tree and about the cores: CPU time and peak memory. Linux only.
// The parse* functions are pure; the read* functions take a process that ended between two reads as gone, not as a fault.

import { readdirSync, readFileSync } from 'node:fs';

/** USER_HZ, the grain of times in /proc: 100 on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;

/** One line of /proc/<pid>/stat. */
export interface ProcessStat {
  readonly pid: number;
  readonly parent: number;
  /** Its process group. */
  readonly group: number;
  /** One letter; Z is a process that has ended and waits to be noticed. */
  readonly state: string;
  readonly startTicks: number;
  /** User and system time, its own and that of children it has waited for: a child that ends takes nothing out of the sum. */
  readonly cpuTicks: number;
}

/** What a process tree has used since it began. */
export interface TreeUsage {
  readonly cpuMs: number;
  /** Sum of each process's own high-water mark; pages that processes share count in each. */
  readonly peakRssBytes: number;
  readonly pids: readonly number[];
}

/** Time of one core since boot. */
export interface CoreTimes {
  readonly busyTicks: number;
  readonly totalTicks: number;
  /** Time the hypervisor gave to somebody else. */
  readonly stolenTicks: number;
}

/** Reads /proc/<pid>/stat (proc_pid_stat(5)). The command name may hold spaces and parentheses: count from the last one. */
export function parseStat(text: string): ProcessStat | undefined {
  const close = text.lastIndexOf(')');
  const [state, ...numbers] = text
    .slice(close + 2)
    .trim()
    .split(' ');
  const [parent, group, ...rest] = numbers.map(Number);
  // After state, ppid and pgrp: utime is field 14 of the line, cstime field 17, starttime field 22.
  const [utime, stime, cutime, cstime] = rest.slice(8, 12);
  const startTicks = rest[16];
  const pid = Number.parseInt(text, 10);
  if (close < 0 || state === undefined || parent === undefined || group === undefined || utime === undefined || stime === undefined)
    return undefined;
  if (cutime === undefined || cstime === undefined || startTicks === undefined) return undefined;
  return { pid, parent, group, state, startTicks, cpuTicks: utime + stime + cutime + cstime };
}

/** The named number of a `Name: value` file such as /proc/<pid>/status; 0 when it is not there. */
export function parseField(text: string, name: string): number {
  const line = text.split('\n').find((candidate) => candidate.startsWith(`${name}:`));
  return line === undefined ? 0 : Number.parseInt(line.slice(name.length + 1), 10);
}

/** The times of one core from /proc/stat (proc_stat(5)). */
export function parseCoreTimes(text: string, core: number): CoreTimes | undefined {
  const line = text.split('\n').find((candidate) => candidate.startsWith(`cpu${core} `));
  if (line === undefined) return undefined;
  const [user = 0, nice = 0, system = 0, idle = 0, iowait = 0, irq = 0, softirq = 0, steal = 0] = line
    .trim()
    .split(/ +/)
    .slice(1)
    .map(Number);
  const busyTicks = user + nice + system + irq + softirq;
  return { busyTicks, totalTicks: busyTicks + idle + iowait + steal, stolenTicks: steal };
}

/**
 * `root`, its process group and everything below these. Every process of the bench leads a group of its own, so that one
 * whose parent was killed is still found.
 */
export function descendants(stats: readonly ProcessStat[], root: number): readonly ProcessStat[] {
  const found = new Set(stats.filter((stat) => stat.pid === root || stat.group === root));
  // Grows while it is walked: children of children are found in turn.
  for (const parent of found) {
    for (const stat of stats) if (stat.parent === parent.pid) found.add(stat);
  }
  return [...found];
}

/** One process as it is now; undefined when there is none. */
export function readStat(pid: number): ProcessStat | undefined {
  return parseStat(readProc(`/proc/${pid}/stat`));
}

/** The processes of a tree as they are now. */
export function readTree(root: number): readonly ProcessStat[] {
  const stats: ProcessStat[] = [];
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const stat = readStat(Number(name));
    if (stat !== undefined) stats.push(stat);
  }
  return descendants(stats, root);
}

/** The processes of a tree without those that run this script. */
export function readTreeWithout(root: number, script: string | undefined): readonly ProcessStat[] {
  const tree = readTree(root);
  if (script === undefined) return tree;
  // What runs a script has it as its first argument; whoever is to start it has it among the others.
  return tree.filter(({ pid }) => readProc(`/proc/${pid}/cmdline`).split('\0')[1] !== script);
}

/** What the tree under `root` has used so far, processes that run `without` left out. */
export function readUsage(root: number, without?: string): TreeUsage {
  const tree = readTreeWithout(root, without);
  let cpuTicks = 0;
  let peakRssBytes = 0;
  for (const { pid, cpuTicks: ticks } of tree) {
    cpuTicks += ticks;
    peakRssBytes += parseField(readProc(`/proc/${pid}/status`), 'VmHWM') * 1024;
  }
  return { cpuMs: (cpuTicks * 1000) / TICKS_PER_SECOND, peakRssBytes, pids: tree.map(({ pid }) => pid) };
}

/** The times of one core so far. */
export function readCore(core: number): CoreTimes | undefined {
  return parseCoreTimes(readProc('/proc/stat'), core);
}

/** Share (0…1) of the time between two readings that a core was busy. */
export function busyShare(from: CoreTimes | undefined, to: CoreTimes | undefined): number {
  if (from === undefined || to === undefined) return Number.NaN;
  return (to.busyTicks - from.busyTicks) / (to.totalTicks - from.totalTicks);
}

/** Share (0…1) of the time between two readings that the hypervisor gave to somebody else. */
export function stolenShare(from: CoreTimes | undefined, to: CoreTimes | undefined): number {
  if (from === undefined || to === undefined) return Number.NaN;
  return (to.stolenTicks - from.stolenTicks) / (to.totalTicks - from.totalTicks);
}

function readProc(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}
