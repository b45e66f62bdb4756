// Starts server-everything over HTTP, in its own modes, as a program of its own. It takes a port from PORT and cannot choose one itself.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { endWithUs, repositoryRoot, until } from '../../harness/index.ts';
import type { Program } from '../../harness/index.ts';

/** The program's main file. */
export const EVERYTHING = join(repositoryRoot, 'node_modules', '@modelcontextprotocol', 'server-everything', 'dist', 'index.js');

/** Starts it and waits until it takes connections. */
export async function startEverything(mode: 'streamableHttp' | 'sse'): Promise<Program> {
  const port = await freePort();
  const child = spawn(process.execPath, [EVERYTHING, mode], { env: { ...process.env, PORT: String(port) }, stdio: 'ignore' });
  endWithUs(child);
  const ended = once(child, 'exit');
  await until(() => accepts(port), `server-everything ${mode}`);
  return {
    url: `http://127.0.0.1:${port}/${mode === 'sse' ? 'sse' : 'mcp'}`,
    async stop() {
      child.kill('SIGKILL'); // Asked to end, it waits for its clients.
      await ended;
    },
  };
}

async function freePort(): Promise<number> {
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const address = taken.address();
  taken.close();
  await once(taken, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}

async function accepts(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
