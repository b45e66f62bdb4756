// From the config as written to the config shard: one form for everything that can be written in several, paths absolute, values from the
// environment and from files as references. Deterministic, so that an unchanged config has an unchanged digest.

import { resolve } from 'node:path';
import { toAuditSettings } from '../audit/index.ts';
import { toInspection } from '../inspection/index.ts';
import type { PolicyDocument } from '../policies/index.ts';
import type { ServerConfig, ServerEntry, ValueEntry, ValuePart, ValueSource } from '../servers/index.ts';
import { addressFor, parseAddress } from './address.ts';
import { DEFAULT_CONSOLE_ADDRESS } from './admin.ts';
import type { AdminEntry } from './admin.ts';
import type { Mistake } from './explain.ts';
import { DEFAULT_ADDRESS } from './listen.ts';
import type { ListenerEntry } from './listen.ts';
import type { ConfigDocument } from './schema.ts';
import { toTelemetry } from './telemetry.ts';
import { parseTemplate } from './template.ts';
import type { Address, AdminConfig, ConfigShard, ListenerConfig, ListenerTls } from './types.ts';
import { unreadAmong } from './unread.ts';
import type { Path } from './yaml.ts';

/** What normalizing needs to know beside the document. */
export interface Surroundings {
  /** Absolute folder of the config file. */
  readonly folder: string;
  readonly cores: number;
  readonly policy: PolicyDocument;
}

/** Builds the shard. What cannot be understood is reported to `refuse`, and the shard is then not to be used. */
export function normalize(
  document: ConfigDocument,
  { folder, cores, policy }: Surroundings,
  refuse: (mistake: Mistake) => void,
): ConfigShard {
  const address = (text: string, path: Path, usual = DEFAULT_ADDRESS): Address => {
    const parsed = parseAddress(text);
    if (parsed !== undefined) return parsed;
    refuse({
      path,
      part: 'value',
      message: `must be an IP address or localhost, and a port, not ${JSON.stringify(text)}`,
      fix: `Write ${addressFor(text) ?? `${usual}, for example`}.`,
    });
    return { host: '127.0.0.1', port: 0 };
  };
  const listener = ({ entry, path, inner }: Placed, i: number): ListenerConfig => ({
    name: entry.name ?? (i === 0 ? 'main' : `listener-${i + 1}`),
    address: address(entry.address, inner ? [...path, 'address'] : path),
    tls: toTls(entry.tls, folder),
    trustedProxies: entry.trustedProxies,
    anonymous: entry.anonymous,
    hosts: entry.hosts.map((host) => host.toLowerCase()),
    origins: entry.origins,
  });
  const names = Object.keys(document.servers);
  const unread = unreadAmong(document.audit.noInspect, names);
  const shard: ConfigShard = {
    dataFolder: resolve(folder, document.data),
    workers: document.workers ?? Math.min(2, cores),
    listeners: listenersOf(document).map(listener),
    metricsListen: document.metrics === undefined ? undefined : address(document.metrics.listen, ['metrics', 'listen']),
    admin: toAdmin(document.admin, folder, address),
    servers: Object.entries(document.servers).map(([name, entry]) => toServer(name, entry, folder, refuse)),
    routes: Object.entries(document.routes).map(([path, route]) => ({
      ...route,
      path,
      // What nobody looks into cannot be told apart from what others say on the same path.
      servers: typeof route.servers === 'string' ? names.filter((name) => !unread.has(name)) : route.servers,
    })),
    limits: document.limits,
    telemetry: toTelemetry(document.telemetry, {
      absolute: (path) => resolve(folder, path),
      url: (text, at) => toUrl(text, at, refuse),
      values: (entries, at) => toValues(entries, at, folder, refuse),
    }),
    policy,
    inspection: toInspection(document.inspection),
    audit: toAuditSettings(document.audit, (path) => resolve(folder, path)),
  };
  return shard;
}

interface Placed {
  readonly entry: ListenerEntry;
  readonly path: Path;
  /** Whether the entry is a mapping, with places inside it. */
  readonly inner: boolean;
}

/** Every listener, and where in the document it is written. */
export function listenersOf({ listen }: ConfigDocument): readonly Placed[] {
  const place = (entry: string | ListenerEntry, path: Path): Placed =>
    typeof entry === 'string'
      ? { entry: { address: entry, tls: 'off', trustedProxies: [], hosts: [], origins: [] }, path, inner: false }
      : { entry, path, inner: true };
  return Array.isArray(listen) ? listen.map((entry, i) => place(entry, ['listen', i])) : [place(listen, ['listen'])];
}

function toAdmin(
  { listen, tls, names, ...terms }: AdminEntry,
  folder: string,
  address: (text: string, path: Path, usual: string) => Address,
): AdminConfig {
  return {
    ...terms,
    listen: listen === 'off' ? undefined : address(listen, ['admin', 'listen'], DEFAULT_CONSOLE_ADDRESS),
    tls: typeof tls === 'string' ? { kind: tls } : toFiles(tls, folder),
    names: names.map((name) => name.toLowerCase()),
  };
}

function toTls(tls: ListenerEntry['tls'], folder: string): ListenerTls {
  return typeof tls === 'string' ? { kind: tls } : toFiles(tls, folder);
}

function toFiles(tls: Readonly<Record<'certificate' | 'key', string>>, folder: string): Extract<ListenerTls, { readonly kind: 'files' }> {
  return { kind: 'files', certificate: resolve(folder, tls.certificate), key: resolve(folder, tls.key) };
}

function toServer(name: string, entry: ServerEntry, folder: string, refuse: (mistake: Mistake) => void): ServerConfig {
  const values = (member: 'env' | 'headers', entries: Readonly<Record<string, ValueEntry>>): Readonly<Record<string, ValueSource>> =>
    toValues(entries, ['servers', name, member], folder, refuse);
  if ('command' in entry) {
    const { command, args, env, cwd, processes, ...terms } = entry;
    // A program named by a path is found from the config file; one named by a word is looked for in PATH.
    const program = command.includes('/') ? resolve(folder, command) : command;
    return {
      kind: 'stdio',
      name,
      command: program,
      args,
      env: values('env', env),
      cwd: resolve(folder, cwd),
      processes,
      ...terms,
    };
  }
  const { url, headers, tls, ...terms } = entry;
  const ca = tls.ca === undefined ? undefined : resolve(folder, tls.ca);
  return {
    kind: 'http',
    name,
    url: toUrl(url, ['servers', name, 'url'], refuse),
    headers: values('headers', headers),
    tls: { ca, minVersion: tls.minVersion },
    ...terms,
  };
}

function toValues(
  entries: Readonly<Record<string, ValueEntry>>,
  at: Path,
  folder: string,
  refuse: (mistake: Mistake) => void,
): Readonly<Record<string, ValueSource>> {
  return Object.fromEntries(
    Object.entries(entries).map(([key, value]) => {
      const source = toSource(value, folder);
      if ('mistake' in source) refuse({ path: [...at, key], part: 'value', ...source.mistake });
      return [key, 'parts' in source ? source.parts : []];
    }),
  );
}

function toSource(
  value: ValueEntry,
  folder: string,
): { readonly parts: readonly ValuePart[] } | { readonly mistake: { readonly message: string; readonly fix: string } } {
  if (typeof value !== 'string') return { parts: ['env' in value ? { env: value.env } : { file: resolve(folder, value.file) }] };
  const parts = parseTemplate(value);
  return parts.ok ? { parts: parts.value } : { mistake: parts.error };
}

function toUrl(text: string, path: Path, refuse: (mistake: Mistake) => void): string {
  const mistake = (message: string, fix: string): string => {
    refuse({ path, part: 'value', message, fix });
    return 'http://127.0.0.1/';
  };
  // Neither the message nor anything else may repeat a URL that has a password in it.
  if (!URL.canParse(text)) return mistake('is not a URL', 'Write the whole of it: https://host/path.');
  const url = new URL(text);
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    return mistake(`must be an http or https URL, not ${url.protocol}`, 'Write https://…; a local program is given by command.');
  if (url.username !== '' || url.password !== '')
    return mistake('has credentials in it', 'Take them out, and write headers: { Authorization: { env: NAME } }.');
  if (url.hash !== '') return mistake('has a fragment, which is never sent', 'Remove the # and what follows.');
  return url.href;
}
