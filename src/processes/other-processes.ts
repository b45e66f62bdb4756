// What the processes beside the workers are told of a config: each what it needs, and nothing else.

import { DEFAULT_AUDIT } from '../audit/index.ts';
import { sha256Hex } from '../base/index.ts';
import type { AdminConfig, ConfigShard, ListenerConfig } from '../config/index.ts';
import type { Channel } from './channel.ts';
import { CONSOLE_LISTENER } from './console-terms.ts';
import type { ConsolePlan, Report } from './messages.ts';

/** Whether the gateway itself ends TLS at a listener. */
export function speaksTls(listener: Pick<ListenerConfig, 'tls'>): boolean {
  return listener.tls.kind === 'files' || listener.tls.kind === 'self-signed';
}

/** What the supervisor is told: where to listen, and how many workers of which birth there are. */
export function planOf(shard: ConfigShard): Report {
  return {
    kind: 'plan',
    listeners: shard.listeners.map(({ name, address }) => ({
      name,
      host: toBind(address.host),
      port: address.port,
    })),
    tls: shard.listeners.filter(speaksTls).map(({ name }) => name),
    workers: shard.workers,
    drainGraceMs: shard.limits.drainGraceMs,
    birthDigest: birthDigest(shard),
    console: consolePlan(shard.admin),
  };
}

function consolePlan(admin: AdminConfig | undefined): ConsolePlan | undefined {
  if (admin?.listen === undefined) return undefined;
  return { host: toBind(admin.listen.host), port: admin.listen.port, birthDigest: admin.tls.kind === 'off' ? 'http' : 'https' };
}

function toBind(host: string): string {
  return host === 'localhost' ? '127.0.0.1' : host;
}

/** What a worker takes over only when it starts: how TLS ends, whom a listener believes, what its sockets are limited to. */
function birthDigest({ listeners, limits }: ConfigShard): string {
  return sha256Hex(JSON.stringify([listeners.map(({ tls, trustedProxies }) => [tls.kind, trustedProxies]), limits]));
}

/** What the keeper may give away, and nothing else. */
export function keeperConfig(shard: ConfigShard): unknown {
  const servers: Record<string, unknown> = {};
  for (const server of shard.servers) {
    servers[server.name] =
      server.kind === 'http' ? { headers: server.headers, env: {}, ca: server.tls.ca } : { headers: {}, env: server.env, ca: undefined };
  }
  const listeners: Record<string, unknown> = {};
  for (const { name, tls, address, hosts } of shard.listeners) {
    if (speaksTls({ tls })) listeners[name] = certificateOf(tls, [address.host, ...hosts]);
  }
  if (shard.admin?.listen !== undefined && shard.admin.tls.kind !== 'off')
    listeners[CONSOLE_LISTENER] = certificateOf(shard.admin.tls, [shard.admin.listen.host, ...shard.admin.names]);
  return { servers, listeners, retentionDays: (shard.audit ?? DEFAULT_AUDIT).retentionDays };
}

function certificateOf(tls: ListenerConfig['tls'], hosts: readonly string[]): unknown {
  return tls.kind === 'files' ? tls : { kind: 'self-signed', hosts: [...new Set([...hosts, 'localhost', '127.0.0.1'])] };
}

/** Tells the runner which programs there are; their secrets come with each start, from the keeper. */
export function configureRunner(channel: Channel | undefined, shard: ConfigShard): void {
  const servers = shard.servers
    .filter((server) => server.kind === 'stdio')
    .map(({ name, command, args, cwd }) => ({ name, command, args, cwd, env: {} }));
  channel?.send('configure', {
    servers,
    limits: { maxChildren: 1_000, maxLineBytes: Math.max(shard.limits.maxListBytes, 16 * 1024 * 1024) },
  });
}
