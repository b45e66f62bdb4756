// What a listener may be. Nobody outside this machine gets to a listener without TLS and a key: a gateway that can be reached by all and
// asks nobody who they are is worse than none.

import { formatAddress, isAddressBlock, isLoopback } from './address.ts';
import type { Files } from './files.ts';
import type { Report } from './check.ts';
import type { Address, AdminConfig, ConfigShard, ListenerConfig, ListenerTls } from './types.ts';
import type { Path } from './yaml.ts';

/** Checks the addresses that are listened on: those of agents, of the metrics, of the console. */
export function checkListeners(
  { listeners, metricsListen, admin }: Pick<ConfigShard, 'listeners' | 'metricsListen' | 'admin'>,
  files: Files,
  report: Report,
): void {
  const names = new Map<string, number>();
  const addresses = new Map<string, string>();
  const once = (address: Address, what: string, path: Path): void => {
    const written = formatAddress(address);
    const other = addresses.get(written);
    if (address.port !== 0 && other !== undefined) report('error', path, `is also the address of ${other}`, 'Give each its own port.');
    addresses.set(written, what);
  };
  listeners.forEach((listener, i) => {
    const at = ['listeners', i];
    if (names.has(listener.name))
      report(
        'error',
        [...at, 'name'],
        `is ${JSON.stringify(listener.name)}, which is also the name of another listener`,
        'Give each its own name.',
      );
    names.set(listener.name, i);
    once(listener.address, `listener ${listener.name}`, [...at, 'address']);
    checkExposure(listener, at, report);
    checkTls(listener, at, files, report);
    checkHosts(listener.hosts, [...at, 'hosts'], report);
    checkOrigins(listener.origins, at, report);
  });
  if (metricsListen !== undefined) {
    once(metricsListen, 'the metrics', ['metricsListen']);
    if (!isLoopback(metricsListen.host)) {
      report(
        'error',
        ['metricsListen'],
        'would show the metrics beyond this machine without TLS or authentication',
        `Write 127.0.0.1:${metricsListen.port}.`,
      );
    }
  }
  if (admin?.listen !== undefined) {
    once(admin.listen, 'the console', ['admin', 'listen']);
    checkAdmin(admin, files, report);
  }
}

function checkExposure({ address, tls, anonymous, hosts }: ListenerConfig, at: Path, report: Report): void {
  if (isLoopback(address.host)) return;
  if (tls.kind === 'off') {
    report(
      'error',
      [...at, 'address'],
      'can be reached beyond this machine without TLS',
      'Write tls: { certificate: path, key: path }, self-signed, or external; or listen on 127.0.0.1.',
    );
  }
  // Host must be an address or one of `hosts` there: a name can be pointed here by anyone who wants a browser to call for them.
  if (hosts.length === 0) {
    report(
      'warning',
      [...at, 'address'],
      'has no hosts, so it answers only requests that go to an IP address, none that go to a name',
      'Add hosts: [gateway.example] with the names that agents use.',
    );
  }
  if (anonymous !== undefined) {
    report('error', [...at, 'anonymous'], 'would let anyone beyond this machine call without a key', 'Remove it, or listen on 127.0.0.1.');
  }
}

function checkAdmin({ listen, tls, names, sessionHours, idleMinutes }: AdminConfig, files: Files, report: Report): void {
  const isOpen = listen !== undefined && !isLoopback(listen.host);
  // Its cookies are keys: whoever can read what goes by has them.
  if (isOpen && tls.kind === 'off')
    report(
      'error',
      ['admin', 'listen'],
      'can be reached beyond this machine without TLS',
      'Write tls: { certificate: path, key: path } or self-signed; or listen on 127.0.0.1.',
    );
  if (isOpen && names.length === 0)
    report(
      'warning',
      ['admin', 'listen'],
      'has no names, so it answers only requests that go to an IP address, none that go to a name',
      'Add names: [console.example] with the names that browsers use.',
    );
  checkCertificate(tls, ['admin', 'tls'], files, report);
  checkHosts(names, ['admin', 'names'], report);
  if (idleMinutes > sessionHours * MINUTES_PER_HOUR)
    report(
      'warning',
      ['admin', 'idleMinutes'],
      'is longer than a sign-in lasts, so it ends none',
      `Write at most ${sessionHours * MINUTES_PER_HOUR}, or make sessionHours longer.`,
    );
}

function checkTls({ tls, trustedProxies }: ListenerConfig, at: Path, files: Files, report: Report): void {
  if (tls.kind === 'external' && trustedProxies.length === 0) {
    report(
      'error',
      [...at, 'tls'],
      'is external, but no proxy is trusted to say who is calling',
      'Add trustedProxies: with the addresses of the proxies that end TLS.',
    );
  }
  trustedProxies.forEach((text, i) => {
    if (!isAddressBlock(text))
      report('error', [...at, 'trustedProxies', i], 'must be an IP address or a CIDR block', 'Write 10.0.0.0/8, for example.');
    else if (text.endsWith('/0'))
      report('error', [...at, 'trustedProxies', i], 'would trust everyone to say who is calling', 'Write the addresses of the proxies.');
  });
  checkCertificate(tls, [...at, 'tls'], files, report);
}

function checkCertificate(tls: ListenerTls, at: Path, files: Files, report: Report): void {
  if (tls.kind !== 'files') return;
  for (const member of ['certificate', 'key'] as const) {
    const found = files.look(tls[member]);
    if (found.kind === 'absent')
      report(
        'error',
        [...at, member],
        `names ${tls[member]}, which ${found.reason}`,
        'Correct the path, or let the user of the gateway read the file.',
      );
    else if (found.kind === 'folder')
      report('error', [...at, member], `names ${tls[member]}, which is a folder`, 'Write the path of a PEM file.');
    else if (member === 'key' && found.openToOthers)
      report('warning', [...at, member], 'can be read by every user of this machine', `Run chmod 600 ${tls.key}.`);
  }
}

const MINUTES_PER_HOUR = 60;
const HOST = /^(\[[0-9a-f:.]+\]|[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?)$/;

function checkHosts(hosts: readonly string[], at: Path, report: Report): void {
  hosts.forEach((host, i) => {
    if (!HOST.test(host))
      report('error', [...at, i], 'must be a host name or IP address, without scheme and port', 'Write gateway.example, for example.');
  });
}

function checkOrigins(origins: readonly string[], at: Path, report: Report): void {
  origins.forEach((origin, i) => {
    if (!isOrigin(origin))
      report(
        'error',
        [...at, 'origins', i],
        'must be the origin of a web page, without path and without *',
        'Write https://app.example, for example.',
      );
  });
}

function isOrigin(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, origin } = new URL(text);
  return (protocol === 'https:' || protocol === 'http:') && origin === text;
}
