// A test that dies must not leave processes behind: whatever is registered here is ended when this process ends, also by a signal.

import type { ChildProcess } from 'node:child_process';

const children = new Set<ChildProcess>();

/** Ends this child when we end. It is asked, not killed: only then does a gateway end the servers that it started. */
export function endWithUs(child: ChildProcess): void {
  children.add(child);
  child.once('exit', () => children.delete(child));
}

function endAll(): void {
  for (const child of children) child.kill('SIGTERM');
}

process.once('exit', endAll);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => {
    endAll();
    process.kill(process.pid, signal);
  });
}
