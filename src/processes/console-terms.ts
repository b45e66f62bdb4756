// What control tells the process of the console.

import type { AdminConfig } from '../config/index.ts';
import type { Site } from './console/site.ts';

/** What the console's listener is called where those of agents have names, which cannot begin like this. */
export const CONSOLE_LISTENER = '@console';

export interface ConsoleTerms {
  readonly site: Site;
  readonly tls: AdminConfig['tls']['kind'];
  /** Control's socket, from the data folder. */
  readonly door: string;
}

/** Those of a config; undefined where it wants no console. */
export function consoleTerms({ listen, tls, names }: AdminConfig, door: string): ConsoleTerms | undefined {
  if (listen === undefined) return undefined;
  return { site: siteOf(listen.host, { tls, names }), tls: tls.kind, door };
}

/** What the listener is to browsers. */
export function siteOf(host: string, { tls, names }: Pick<AdminConfig, 'tls' | 'names'>): Site {
  return { scheme: tls.kind === 'off' ? 'http' : 'https', host, names };
}

/** Both ends are the same program; only the frame is looked at. */
export function isConsoleTerms(value: unknown): value is ConsoleTerms {
  return typeof value === 'object' && value !== null && 'site' in value && 'tls' in value && 'door' in value;
}
