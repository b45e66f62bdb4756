// One stdio server: a program in a process group of its own, spoken to in lines (MCP basic/transports/stdio). It is ended as
// the spec says: stdin closed, then SIGTERM, then SIGKILL, each to the whole group, so that `npx` and `sh -c` leave nothing behind.

import { spawn } from 'node:child_process';
import { quoteProgram } from '../base/index.ts';

export interface StdioSpec {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** Plain values from the config; secrets are added by the keeper's answer. */
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string | undefined;
}

export interface StdioEvents {
  readonly maxLineBytes: number;
  /** A line without its newline. */
  readonly onLine: (line: Uint8Array) => void;
  /** The process group, for whoever must end it if this process dies. */
  readonly onGroup: (pid: number, live: boolean) => void;
  /** It has ended; the text says how, with the last line it wrote to stderr. */
  readonly onExit: (text: string) => void;
}

/** A running stdio server. */
export interface StdioServer {
  /** Sends one line; the newline is added here. */
  send(line: Uint8Array): void;
  pause(): void;
  resume(): void;
  /** Ends it; resolves when it is gone. */
  close(): Promise<void>;
}

const CLOSE_GRACE_MS = 1_500;
const TERM_GRACE_MS = 1_500;
const STDERR_TAIL_CHARS = 300;
const MAX_STDIN_QUEUE_BYTES = 32 * 1024 * 1024;
/** Lines below this are copied, so that all that are sent in one go are one write; larger ones are written as they are. */
const LARGE_BYTES = 16 * 1024;
const NEWLINE = Buffer.from('\n');

/** Starts a server. Whatever goes wrong, from a missing program to a crash, ends in exactly one `onExit`. */
export function startStdioServer(spec: StdioSpec, events: StdioEvents): StdioServer {
  const child = spawn(spec.command, spec.args, {
    cwd: spec.cwd,
    env: { ...process.env, NODE_COMPILE_CACHE: undefined, ...spec.env },
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true, // A group of its own: Ctrl-C in the terminal must not reach it, and the whole group can be ended.
  });
  let over = false;
  let complaint = '';
  let stderrTail = '';
  let closed: () => void = () => {};
  const gone = new Promise<void>((resolve) => (closed = resolve));
  const pid = child.pid;
  let gathered: Uint8Array[] = [];
  let gatheredBytes = 0;

  const end = (text: string): void => {
    if (over) return;
    over = true;
    if (pid !== undefined) {
      signal('SIGKILL'); // Grandchildren that outlived their parent.
      events.onGroup(pid, false);
    }
    closed();
    events.onExit(text);
  };
  const signal = (name: NodeJS.Signals): void => {
    try {
      if (pid !== undefined) process.kill(-pid, name);
    } catch {
      // The group is empty.
    }
  };

  if (pid !== undefined) events.onGroup(pid, true);
  child.on('error', (error) => {
    const missing = 'code' in error && error.code === 'ENOENT';
    end(
      missing
        ? `The program '${spec.command}' was not found. Install it, or correct 'command' (or 'cwd') in the config.`
        : `The program '${spec.command}' cannot be started: ${error.message}`,
    );
  });
  child.on('exit', (code, name) => {
    const how = code === null ? `was ended by ${name ?? 'a signal'}` : `ended with code ${code}`;
    // Its last lines may still be in the pipe; 'close' comes when they have been read, but a grandchild may hold the pipe open.
    const finish = (): void =>
      end(complaint || `The program '${spec.command}' ${how}.${stderrTail === '' ? '' : ` It said: ${quoteProgram(stderrTail)}`}`);
    child.once('close', finish);
    setTimeout(finish, 500).unref();
  });
  child.stdin.on('error', () => {}); // EPIPE: its end is reported by 'exit'.
  child.stderr.on('data', (chunk: Buffer) => {
    stderrTail = lastLine(stderrTail + chunk.toString('utf8'));
  });
  const split = createLineSplitter(events.maxLineBytes, events.onLine, () => {
    complaint = `The program '${spec.command}' sent a line of more than ${events.maxLineBytes} bytes.`;
    signal('SIGKILL');
  });
  child.stdout.on('data', split);

  const flush = (): void => {
    if (gatheredBytes === 0) return;
    const together = Buffer.concat(gathered, gatheredBytes);
    gathered = [];
    gatheredBytes = 0;
    if (!over) child.stdin.write(together);
  };

  return {
    send: (line) => {
      if (over) return;
      if (child.stdin.writableLength + gatheredBytes > MAX_STDIN_QUEUE_BYTES) {
        complaint = `The program '${spec.command}' does not read its input.`;
        return signal('SIGKILL');
      }
      if (line.length < LARGE_BYTES) {
        // Whatever one message of a worker's brings for this program.
        if (gatheredBytes === 0) process.nextTick(flush);
        gathered.push(line, NEWLINE);
        gatheredBytes += line.length + NEWLINE.length;
        return;
      }
      flush();
      child.stdin.cork();
      child.stdin.write(line);
      child.stdin.write(NEWLINE);
      child.stdin.uncork();
    },
    pause: () => child.stdout.pause(),
    resume: () => child.stdout.resume(),
    close: () => {
      if (!over) {
        flush();
        child.stdin.end();
        child.stdout.resume();
        const term = setTimeout(() => signal('SIGTERM'), CLOSE_GRACE_MS);
        const kill = setTimeout(() => signal('SIGKILL'), CLOSE_GRACE_MS + TERM_GRACE_MS);
        void gone.then(() => {
          clearTimeout(term);
          clearTimeout(kill);
        });
      }
      return gone;
    },
  };
}

/** Splits bytes at newlines; a carriage return before the newline is dropped; empty lines are skipped. */
export function createLineSplitter(
  maxLineBytes: number,
  onLine: (line: Uint8Array) => void,
  onOversize: () => void,
): (chunk: Uint8Array) => void {
  let held: Uint8Array[] = [];
  let heldBytes = 0;
  return (chunk) => {
    let from = 0;
    for (let at = chunk.indexOf(0x0a); at !== -1; at = chunk.indexOf(0x0a, from)) {
      const piece = chunk.subarray(from, at);
      from = at + 1;
      const line = heldBytes === 0 ? piece : Buffer.concat([...held, piece]);
      held = [];
      heldBytes = 0;
      const bare = line.at(-1) === 0x0d ? line.subarray(0, -1) : line;
      if (bare.length > maxLineBytes) return onOversize();
      if (bare.length > 0) onLine(bare);
    }
    if (from === chunk.length) return;
    held.push(from === 0 ? chunk : chunk.subarray(from));
    heldBytes += chunk.length - from;
    if (heldBytes > maxLineBytes) {
      held = [];
      heldBytes = 0;
      onOversize();
    }
  };
}

/** The last line a program wrote, printable and short: it may be shown to the operator, never to an agent. */
function lastLine(text: string): string {
  const lines = text.trimEnd().split('\n');
  let line = '';
  for (const character of (lines.at(-1) ?? '').slice(0, STDERR_TAIL_CHARS))
    if (character >= ' ' && character !== '\u007f') line += character;
  return line;
}
