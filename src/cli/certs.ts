// `sallyport certs show`: the certificate that a listener serves, for clients that are to trust it. It must never print a key, although
// the files it reads may hold one beside the certificate.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fail, ok } from '../base/index.ts';
import type { Result } from '../base/index.ts';
import { diskFiles, loadConfigFile } from '../config/index.ts';
import type { ConfigShard } from '../config/index.ts';
import type { CliDeps, Command } from './command.ts';
import { EXIT } from './exit-codes.ts';
import { configPath, dataFolder } from './locate.ts';
import { complain, printJson, printText } from './print.ts';

/** What listeners are called; a name is part of a path here. */
const LISTENER = /^[a-z0-9][a-z0-9-]{0,62}$/;
const CERTIFICATE = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g;

type Listener = ConfigShard['listeners'][number];

const show: Command = {
  name: 'certs show',
  summary: 'Print the certificate that a listener serves',
  description: [
    'In PEM, for --ca of the tools commands, NODE_EXTRA_CA_CERTS, and other clients that are to trust the listener. Never the key.',
  ],
  positionals: [{ name: 'LISTENER', text: 'name of the listener (default: the first that serves TLS)', optional: true }],
  examples: [['sallyport certs show > gateway.pem', 'then: sallyport tools list https://… --ca gateway.pem']],
  run: async (args, deps) => {
    const name = args.word('LISTENER');
    if (name !== '' && !LISTENER.test(name)) return complain(deps, EXIT.usage, `'${name}' is not the name of a listener.`);
    const folder = dataFolder(args, deps);
    if (folder === undefined) return EXIT.config;
    const found = findCertificate(name, folder, configPath(args, deps), deps);
    if (!found.ok) return complain(deps, EXIT.failed, found.error);
    const { listener, certificate } = found.value;
    if (args.output === 'json') printJson(deps, { listener, certificate });
    else printText(deps, certificate.trimEnd());
    return EXIT.ok;
  },
};

export const certsCommands: readonly Command[] = [show];

interface Found {
  readonly listener: string;
  /** PEM. */
  readonly certificate: string;
}

function findCertificate(name: string, folder: string, file: string, deps: CliDeps): Result<Found, string> {
  const loaded = existsSync(file) ? loadConfigFile(file, deps.env) : undefined;
  // A config that cannot be read here, for want of its secrets say, leaves the certificate that the gateway made under the name.
  if (loaded?.ok !== true) return developmentCertificate(name === '' ? 'main' : name, folder);
  const { listeners } = loaded.value.shard;
  const listener = listeners.find((one) => (name === '' ? servesTls(one) : one.name === name));
  if (listener === undefined) {
    return fail(
      name === ''
        ? 'No listener of the config serves TLS.'
        : `The config has no listener '${name}'; it has ${listeners.map((one) => one.name).join(', ')}.`,
    );
  }
  switch (listener.tls.kind) {
    case 'self-signed':
      return developmentCertificate(listener.name, folder);
    case 'files':
      return fromFile(listener.name, listener.tls.certificate);
    case 'off':
    case 'external':
      return fail(`The listener '${listener.name}' serves no TLS itself.`);
    default:
      return listener.tls satisfies never;
  }
}

function servesTls({ tls }: Listener): boolean {
  return tls.kind === 'self-signed' || tls.kind === 'files';
}

function fromFile(listener: string, path: string): Result<Found, string> {
  const read = diskFiles.read(path);
  return read.ok ? onlyCertificates(listener, read.value, path) : fail(`The certificate ${path} ${read.error}.`);
}

/** What `tls: self-signed` made when the gateway first ran. */
function developmentCertificate(listener: string, folder: string): Result<Found, string> {
  const path = join(folder, 'keys', `self-signed-${listener}.json`);
  try {
    const stored: unknown = JSON.parse(readFileSync(path, 'utf8'));
    const certificate = typeof stored === 'object' && stored !== null && 'certificate' in stored ? stored.certificate : undefined;
    return onlyCertificates(listener, typeof certificate === 'string' ? certificate : '', path);
  } catch (error) {
    if (!(error instanceof SyntaxError) && !(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
    return fail(
      `There is no certificate for the listener '${listener}' in ${folder}. The gateway makes it when it first starts with tls: self-signed.`,
    );
  }
}

/** A file of a certificate may hold its key too. */
function onlyCertificates(listener: string, text: string, path: string): Result<Found, string> {
  const blocks = text.match(CERTIFICATE) ?? [];
  return blocks.length === 0 ? fail(`${path} holds no certificate in PEM.`) : ok({ listener, certificate: `${blocks.join('\n')}\n` });
}
