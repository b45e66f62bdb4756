// The system calls of running processes, as strace sees them: what was begun and had returned before what.

import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';

/** One system call. `began` and `ended` are lines of the trace: less is earlier. */
export interface TracedCall {
  readonly pid: number;
  readonly name: string;
  /** Its arguments, as strace prints them. */
  readonly text: string;
  readonly began: number;
  /** Infinity: it had not returned when the trace ended. */
  readonly ended: number;
  readonly result: number;
}

/** Why processes cannot be traced here; undefined when they can. */
export function tracingMissing(): string | undefined {
  if (spawnSync('strace', ['-V']).error !== undefined) return 'strace is not installed: apt-get install strace';
  return spawnSync('strace', ['-o', '/dev/null', 'true']).status === 0 ? undefined : 'strace may not trace here: allow ptrace';
}

/** Traces these processes, all their threads, while `during` runs. */
export async function traceCalls(
  pids: readonly number[],
  options: { readonly calls: string; readonly output: string },
  during: () => Promise<void>,
): Promise<readonly TracedCall[]> {
  const attach = pids.flatMap((pid) => ['-p', String(pid)]);
  const strace = spawn('strace', ['-f', '-y', '-s', '100000', '-e', `trace=${options.calls}`, '-o', options.output, ...attach], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ended = once(strace, 'exit');
  let attached = 0;
  await new Promise<void>((resolve, reject) => {
    strace.stderr.setEncoding('utf8').on('data', (text: string) => {
      attached += text.split(' attached').length - 1;
      if (attached >= pids.length) resolve();
    });
    strace.once('exit', () => reject(new Error('strace could not attach')));
  });
  try {
    await during();
  } finally {
    strace.kill('SIGINT'); // It lets the processes go and ends.
    await ended;
  }
  return parseTrace(readFileSync(options.output, 'latin1'));
}

/** The calls of a trace, with those that other lines came between put together again. */
function parseTrace(trace: string): readonly TracedCall[] {
  const calls: TracedCall[] = [];
  const pending = new Map<string, number>();
  for (const [at, line] of trace.split('\n').entries()) {
    const [, pid = '', rest = ''] = /^(\d+)\s+(.*)$/.exec(line) ?? [];
    const result = Number(/\)\s+= (-?\d+)/.exec(rest)?.[1] ?? NaN);
    const resumed = /^<\.\.\. \w+ resumed>/.test(rest);
    const [, name = '', text = ''] = /^(\w+)\((.*)$/.exec(rest) ?? [];
    if (resumed) {
      const index = pending.get(pid);
      const begun = index === undefined ? undefined : calls[index];
      if (index !== undefined && begun !== undefined) calls[index] = { ...begun, text: begun.text + rest, ended: at, result };
      pending.delete(pid);
    } else if (name !== '') {
      const unfinished = rest.endsWith('<unfinished ...>');
      if (unfinished) pending.set(pid, calls.length);
      calls.push({ pid: Number(pid), name, text, began: at, ended: unfinished ? Infinity : at, result });
    }
  }
  return calls;
}
