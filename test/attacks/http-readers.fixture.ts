// Other people's HTTP servers, asked one question: which requests do you see in these bytes? Node answers by itself; nginx and
// HAProxy stand as proxies in front of a recorder, so that what they forward shows what they read. All on unix sockets in a
// temporary folder.

import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** What a reader made of some bytes. */
export interface Reading {
  /** 'METHOD target field=value… body', one per request seen whole. */
  readonly requests: readonly string[];
  /** An answer said no, or the connection was closed before the last request was answered. */
  readonly refused: boolean;
}

/** Somebody who reads HTTP. */
export interface Reader {
  readonly name: string;
  read(bytes: string): Promise<Reading>;
}

/** Readers started together. */
export interface Readers {
  readonly readers: readonly Reader[];
  /** Programs that are not installed. */
  readonly missing: readonly string[];
  close(): Promise<void>;
}

/** How long a reader may say nothing before it is taken to wait for more. */
const QUIET_MS = 250;
const START_TRIES = 100;
/** The fields whose values must be understood alike. */
const PROBED = ['host', 'authorization', 'mcp-name', 'x-a'];

/** One line for a request, comparable between readers. */
export function describeRequest(method: string, target: string, field: (name: string) => string | undefined, body: Buffer): string {
  const fields = PROBED.map((name) => (field(name) === undefined ? '' : ` ${name}=${field(name)}`)).join('');
  return `${method} ${target}${fields} ${JSON.stringify(body.toString('latin1'))}`;
}

/** Sends bytes and waits until the other end closes or has nothing more to say. */
export async function ask(target: { readonly port: number } | { readonly path: string }, bytes: string): Promise<{ refused: boolean }> {
  const socket = 'path' in target ? connect(target.path) : connect(target.port, '127.0.0.1');
  socket.on('error', () => undefined);
  let text = '';
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString('latin1');
  });
  socket.setTimeout(QUIET_MS, () => socket.destroy());
  socket.write(Buffer.from(bytes, 'latin1'));
  await once(socket, 'close');
  return { refused: /HTTP\/1\.[01] [45]\d\d /.test(text) || text === '' };
}

/** Starts Node's parser, and nginx and HAProxy where they are installed. */
export async function startReaders(): Promise<Readers> {
  const folder = mkdtempSync(join(tmpdir(), 'http-readers-'));
  const recorderPath = join(folder, 'recorder.sock');
  const seen: string[] = [];
  const node = await startRecorder(recorderPath, seen);
  const readers: Reader[] = [{ name: 'node', read: (bytes) => readAt(recorderPath, seen, bytes) }];
  const children: ChildProcess[] = [];
  const missing: string[] = [];
  const programs: readonly (readonly [name: string, config: string, args: (file: string) => string[]])[] = [
    ['nginx', nginxConfig(folder, recorderPath), (file) => ['-p', folder, '-c', file, '-e', join(folder, 'nginx.log')]],
    ['haproxy', haproxyConfig(folder, recorderPath), (file) => ['-db', '-q', '-f', file]],
  ];
  for (const [name, config, args] of programs) {
    const program = findProgram(name);
    if (program === undefined) {
      missing.push(name);
      continue;
    }
    const file = join(folder, `${name}.conf`);
    writeFileSync(file, config);
    children.push(spawn(program, args(file), { stdio: 'ignore' }));
    const path = join(folder, `${name}.sock`);
    await untilListening(path, name);
    readers.push({ name, read: (bytes) => readAt(path, seen, bytes) });
  }
  return {
    readers,
    missing,
    async close() {
      for (const child of children) {
        child.kill('SIGKILL');
        if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
      }
      node.closeAllConnections();
      node.close();
      rmSync(folder, { recursive: true });
    },
  };
}

async function readAt(path: string, seen: string[], bytes: string): Promise<Reading> {
  seen.length = 0;
  const { refused } = await ask({ path }, bytes);
  return { requests: [...seen], refused };
}

async function startRecorder(path: string, seen: string[]): Promise<Server> {
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const field = (name: string): string | undefined => {
        const value = request.headers[name];
        return Array.isArray(value) ? value.join(', ') : value;
      };
      seen.push(describeRequest(request.method ?? '', request.url ?? '', field, Buffer.concat(chunks)));
      response.end('ok');
    });
  });
  server.listen(path);
  await once(server, 'listening');
  return server;
}

async function untilListening(path: string, name: string): Promise<void> {
  for (let tries = 0; tries < START_TRIES; tries += 1) {
    if (existsSync(path)) {
      const socket = connect(path);
      const connected = await once(socket, 'connect').then(
        () => true,
        () => false,
      );
      socket.destroy();
      if (connected) return;
    }
    await sleep(50);
  }
  throw new Error(`${name} does not listen`);
}

function findProgram(name: string): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin'];
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
}

function nginxConfig(folder: string, recorder: string): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((kind) => `${kind}_temp_path ${join(folder, kind)};`)
    .join('\n');
  return `daemon off;
master_process off;
pid ${join(folder, 'nginx.pid')};
error_log ${join(folder, 'nginx.log')};
events {}
http {
  access_log off;
  ${temporary}
  client_max_body_size 0;
  server {
    listen unix:${join(folder, 'nginx.sock')};
    location / {
      proxy_pass http://unix:${recorder};
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Host $http_host;
    }
  }
}
`;
}

function haproxyConfig(folder: string, recorder: string): string {
  return `defaults
  mode http
  timeout connect 2s
  timeout client 2s
  timeout server 2s
frontend front
  bind unix@${join(folder, 'haproxy.sock')}
  default_backend recorder
backend recorder
  server recorder unix@${recorder}
`;
}
