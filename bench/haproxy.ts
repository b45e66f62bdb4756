// The yardstick: HAProxy on one thread, ending TLS and opening it again, looking at nothing.

import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';

import type { Certificates } from './certificates.ts';
import type { Child, Children } from './children.ts';
import { freePort } from './ports.ts';
import { CIPHER_SUITE, SERVER_NAME } from './workload.ts';

/** What HAProxy stands between. */
export interface HaproxyOptions {
  /** Of its process and its files. */
  readonly name: string;
  readonly binary: string;
  readonly folder: string;
  readonly certificates: Certificates;
  readonly upstreamPort: number;
  readonly cores: string;
}

/** Starts HAProxy TLS→TLS; resolves once it listens. */
export async function startHaproxy(children: Children, options: HaproxyOptions): Promise<{ readonly child: Child; readonly port: number }> {
  const port = await freePort();
  const file = join(options.folder, `${options.name}.cfg`);
  writeFileSync(file, haproxyConfig(port, options));
  execFileSync(options.binary, ['-c', '-q', '-f', file], { stdio: ['ignore', 'ignore', 'inherit'] });
  const child = children.start({ name: options.name, command: options.binary, args: ['-db', '-f', file], cores: options.cores });
  await listening(child, port);
  return { child, port };
}

/** First line of `haproxy -v`. */
export function haproxyVersion(binary: string): string {
  return execFileSync(binary, ['-v'], { encoding: 'utf8' }).split('\n')[0] ?? 'unknown';
}

function haproxyConfig(port: number, { certificates, upstreamPort }: HaproxyOptions): string {
  return `global
  nbthread 1
  maxconn 1000
  ssl-default-bind-options ssl-min-ver TLSv1.3
  ssl-default-bind-ciphersuites ${CIPHER_SUITE}
  ssl-default-server-options ssl-min-ver TLSv1.3
  ssl-default-server-ciphersuites ${CIPHER_SUITE}

defaults
  mode http
  option http-keep-alive
  http-reuse always
  timeout connect 5s
  timeout client 60s
  timeout server 60s
  timeout http-keep-alive 60s

frontend agents
  bind 127.0.0.1:${port} ssl crt ${certificates.bundleFile} alpn http/1.1
  default_backend server

backend server
  server upstream 127.0.0.1:${upstreamPort} ssl verify required ca-file ${certificates.caFile} sni str(${SERVER_NAME}) verifyhost ${SERVER_NAME} alpn http/1.1
`;
}

/** HAProxy says nothing when it is ready: ask until it answers, or until it has ended. */
async function listening(child: Child, port: number): Promise<void> {
  for (let tries = 0; tries < 100 && child.process.exitCode === null; tries += 1) {
    const answered = await new Promise<boolean>((resolve) => {
      const socket = connect({ host: '127.0.0.1', port });
      socket.once('connect', () => resolve(true));
      socket.once('error', () => resolve(false));
      socket.once('connect', () => socket.destroy());
    });
    if (answered) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  // It ended, or hangs: the line that never comes carries the reason.
  await child.nextLine(1);
}
