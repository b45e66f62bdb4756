// How often a call reaches the filesystem, and how often it waits for the disk, counted with strace in a short pass of its
// own: tracing slows the traced, so no other figure comes from it, and calls that share one durable write may share it
// differently at full speed.

import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';

import type { Children } from './children.ts';
import { measure, type Phase, type Target } from './measure.ts';
import { readTreeWithout } from './procfs.ts';

/** Writes of a process tree to the filesystem. */
export interface WriteCounts {
  /** Write system calls on files. */
  readonly filesystem: number;
  /** Of these, those that return only once the disk has the bytes, and explicit syncs. */
  readonly durable: number;
  /** Bytes handed over by them. /proc's own count is of whole page-cache folios: forty times too much for small writes. */
  readonly bytes: number;
}

const SYSCALLS = 'write,writev,pwrite64,pwritev,pwritev2,fsync,fdatasync,sync_file_range,msync';
const TRACE_TIMING = { warmupMs: 300, measureMs: 1000 };
/** proc_pid_fdinfo(5) shows the flags of open(2) in octal: O_DSYNC, which O_SYNC includes. */
const O_DSYNC = 0o10000;

/** Runs a short load under strace; writes per answered call. */
export async function countWrites(children: Children, strace: string, folder: string, target: Target, phase: Phase): Promise<WriteCounts> {
  if (target.proxyPid === undefined) throw new Error('nothing stands in the path');
  const pids = readTreeWithout(target.proxyPid, target.standIn).map(({ pid }) => pid);
  const file = join(folder, 'strace.out');
  const attach = pids.flatMap((pid) => ['-p', String(pid)]);
  const args = ['-f', '-y', '-s', '0', '-e', `trace=${SYSCALLS}`, '-e', 'signal=none', '-o', file, ...attach];
  const tracer = children.start({ name: 'strace', command: strace, args, cores: undefined });
  try {
    // strace says nothing when it is attached; the load's own warm-up is longer than it takes.
    await new Promise((resolve) => setTimeout(resolve, 500));
    const { generator } = await measure(children, target, phase, TRACE_TIMING);
    const durableFiles = openDurableFiles(pids);
    await children.stop(tracer);
    const counts = parseTrace(readFileSync(file, 'utf8'), durableFiles);
    const perCall = (count: number): number => count / generator.answeredInAll;
    return { filesystem: perCall(counts.filesystem), durable: perCall(counts.durable), bytes: perCall(counts.bytes) };
  } finally {
    await children.stop(tracer);
  }
}

/** Counts the lines of an `strace -f -y` output. Sockets, pipes and devices are not the filesystem. */
export function parseTrace(text: string, durableFiles: ReadonlySet<string>): WriteCounts {
  let filesystem = 0;
  let durable = 0;
  let bytes = 0;
  // A call that another thread interrupts stands twice: `<unfinished ...>` names the file, `resumed` has the result.
  const unfinished = new Set<string>();
  for (const line of text.split('\n')) {
    const [, thread = '', name, path, rest = ''] = CALL.exec(line) ?? [];
    if (name === undefined) {
      const [, resumed = '', result = '0'] = RESUMED.exec(line) ?? [];
      if (unfinished.delete(resumed)) bytes += Number(result);
      continue;
    }
    if (SYNCS.has(name)) {
      durable += 1;
      continue;
    }
    if (path === undefined || path.startsWith('/dev/') || path.startsWith('/proc/')) continue;
    filesystem += 1;
    if (durableFiles.has(path) || rest.includes('RWF_DSYNC') || rest.includes('RWF_SYNC')) durable += 1;
    if (rest.endsWith('<unfinished ...>')) unfinished.add(thread);
    else bytes += Number(/ = (\d+)$/.exec(rest)?.[1] ?? 0);
  }
  return { filesystem, durable, bytes };
}

/** `123 pwrite64(20</a/file>, ""..., 512, 0) = 512`: thread, call, file (none for a socket or a mapping), the rest. */
const CALL = /^(\d+) +(\w+)\((?:\d+<(\/[^>]*)>)?(.*)$/;
const RESUMED = /^(\d+) +<\.\.\. \w+ resumed>.* = (\d+)$/;
const SYNCS: ReadonlySet<string> = new Set(['fsync', 'fdatasync', 'sync_file_range', 'msync']);

/** Files that these processes hold open with O_DSYNC. */
function openDurableFiles(pids: readonly number[]): ReadonlySet<string> {
  const files = new Set<string>();
  for (const pid of pids) {
    try {
      for (const fd of readdirSync(`/proc/${pid}/fdinfo`)) {
        const flags = /^flags:\s*(\d+)/m.exec(readFileSync(`/proc/${pid}/fdinfo/${fd}`, 'latin1'))?.[1];
        if (flags !== undefined && (Number.parseInt(flags, 8) & O_DSYNC) !== 0) files.add(readlinkSync(`/proc/${pid}/fd/${fd}`));
      }
    } catch {
      // The process or the descriptor ended between two looks.
    }
  }
  return files;
}
