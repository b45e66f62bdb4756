// What a config says of the collector that metrics and traces go to. It is not asked: a collector that is away keeps no gateway from starting.

import { isLoopback } from './address.ts';
import type { Report } from './check.ts';
import { checkAuthorities, checkValues } from './check-servers.ts';
import type { Files } from './files.ts';
import type { Env } from './template.ts';
import type { TelemetryConfig } from './types.ts';

interface Surroundings {
  readonly env: Env;
  readonly files: Files;
}

const AT = ['telemetry', 'otlp'];

/** Checks where telemetry goes. Secrets are read to see that they can be, and forgotten. */
export function checkTelemetry({ otlp }: TelemetryConfig, { env, files }: Surroundings, report: Report): void {
  if (otlp === undefined) return;
  const { endpoint, headers, ca } = otlp;
  checkValues(headers, [...AT, 'headers'], { env, files }, report);
  const { protocol, hostname, pathname } = new URL(endpoint);
  if (protocol === 'http:' && !isLoopback(hostname.replace(/^\[|\]$/g, '')))
    report(
      'warning',
      [...AT, 'endpoint'],
      'is sent names of servers and tools, and its headers, unencrypted',
      'Write https:// if the collector can.',
    );
  if (/\/v1\/(traces|metrics)$/.test(pathname))
    report(
      'error',
      [...AT, 'endpoint'],
      'is the address of one signal',
      'Leave /v1/… out: it is put behind the address, for traces and for metrics.',
    );
  if (ca === undefined || !checkAuthorities(ca, [...AT, 'ca'], files, report)) return;
  if (protocol === 'http:') report('error', [...AT, 'ca'], 'is of no use with an http address', 'Write https:// or remove it.');
}
