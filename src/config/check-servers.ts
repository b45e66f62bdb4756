// What a server's entry may refer to: secrets that can be read, folders and certificates that are there, addresses worth trusting a credential to.

import { relative } from 'node:path';
import type { HttpServerConfig, ServerConfig, StdioServerConfig, ValueSource } from '../servers/index.ts';
import { isLoopback } from './address.ts';
import type { Report } from './check.ts';
import { soundsSecret } from './environment.ts';
import type { Files } from './files.ts';
import { holdsSecret } from './import-values.ts';
import { resolveValue } from './secrets.ts';
import type { Env } from './template.ts';
import type { Path } from './yaml.ts';

/** Where servers are: what they may refer to, and the folder that a program's path is written from. */
interface Surroundings {
  readonly env: Env;
  readonly files: Files;
  readonly folder: string;
}

/** Checks servers. Secrets are read to see that they can be, and forgotten. */
export function checkServers(servers: readonly ServerConfig[], { env, files, folder }: Surroundings, report: Report): void {
  if (servers.length === 0)
    report(
      'warning',
      ['servers'],
      'has no server, so there is nothing to call',
      'Add one, or let `sallyport import` take those of an MCP client.',
    );
  for (const server of servers) {
    const at = ['servers', server.name];
    if (server.kind === 'stdio') {
      checkValues(server.env, [...at, 'env'], { env, files }, report);
      checkCommand(server, at, { files, folder }, report);
      checkFolder(server, at, files, report);
    } else {
      checkValues(server.headers, [...at, 'headers'], { env, files }, report);
      checkAddress(server, at, files, report);
    }
  }
}

/** Checks values by their names: secrets are read to see that they can be, and forgotten. */
export function checkValues(
  values: Readonly<Record<string, ValueSource>>,
  at: Path,
  { env, files }: Pick<Surroundings, 'env' | 'files'>,
  report: Report,
): void {
  for (const [name, source] of Object.entries(values)) {
    const path = [...at, name];
    const resolved = resolveValue(source, env, files);
    if (!resolved.ok) {
      report('error', path, resolved.error.message, resolved.error.fix);
      continue;
    }
    if (/[\r\n\0]/.test(resolved.value.reveal()))
      report('error', path, 'has a line break in its value', 'Keep it on one line; only one line break at the end of a file is dropped.');
    for (const part of source) {
      if ('file' in part && isOpen(part.file, files))
        report('warning', path, `is read from ${part.file}, which every user of this machine can read`, `Run chmod 600 ${part.file}.`);
    }
    const literal = source.every((part) => 'text' in part) && resolved.value.reveal() !== '';
    if (literal && (soundsSecret(name) || /^(authorization|proxy-authorization|cookie)$/i.test(name))) {
      report(
        'warning',
        path,
        'looks like a secret written into the config',
        'Write { env: NAME } or { file: path }, and keep the secret there.',
      );
    }
  }
}

/** A whole command line as the command is how other programs have it written, and no program of that name is ever found. */
function checkCommand(
  { command, args }: StdioServerConfig,
  at: Path,
  { files, folder }: Pick<Surroundings, 'files' | 'folder'>,
  report: Report,
): void {
  if (!/\s/.test(command) || (command.includes('/') && files.look(command).kind !== 'absent')) return;
  const written = command.startsWith(`${folder}/`) ? relative(folder, command) : command;
  const [program = '', ...words] = written.split(/\s+/).filter((word) => word !== '');
  const list = words.map((word) => JSON.stringify(word)).join(', ');
  report(
    'warning',
    [...at, 'command'],
    'is taken whole for the name of a program, spaces and all',
    // What looks like a secret is not repeated: problems go to logs.
    holdsSecret(words)
      ? 'Write the program as command, and each word after it as an entry of args.'
      : `Write command: ${program} and args: [${list}]${args.length > 0 ? ', then those that are there' : ''}.`,
  );
}

function checkFolder({ cwd }: StdioServerConfig, at: Path, files: Files, report: Report): void {
  // Not an error: one server that cannot start must not keep the others from it.
  const found = files.look(cwd);
  if (found.kind === 'absent')
    report('warning', [...at, 'cwd'], `names ${cwd}, which ${found.reason}`, 'Correct the path; the server cannot start there.');
  if (found.kind === 'file')
    report('warning', [...at, 'cwd'], `names ${cwd}, which is no folder`, 'Write the path of a folder; the server cannot start there.');
}

function checkAddress({ url, headers, tls }: HttpServerConfig, at: Path, files: Files, report: Report): void {
  const { protocol, hostname } = new URL(url);
  if (protocol === 'http:' && !isLoopback(hostname.replace(/^\[|\]$/g, ''))) {
    const what =
      Object.keys(headers).length > 0
        ? 'sends calls and its headers unencrypted to another machine'
        : 'sends calls unencrypted to another machine';
    report('warning', [...at, 'url'], what, 'Write https:// if the server can.');
  }
  if (tls.ca === undefined || !checkAuthorities(tls.ca, [...at, 'tls', 'ca'], files, report)) return;
  if (protocol === 'http:') report('error', [...at, 'tls'], 'is of no use with an http URL', 'Write https:// or remove it.');
}

/** Whether a file holds certificates that can be trusted; what is wrong with it is reported. */
export function checkAuthorities(path: string, at: Path, files: Files, report: Report): boolean {
  const ca = files.read(path);
  if (!ca.ok) report('error', at, `names ${path}, which ${ca.error}`, 'Correct the path, or let the user of the gateway read the file.');
  else if (!ca.value.includes('-----BEGIN CERTIFICATE-----'))
    report('error', at, `names ${path}, which holds no PEM certificate`, 'Write the path of a PEM file.');
  else return true;
  return false;
}

function isOpen(path: string, files: Files): boolean {
  const found = files.look(path);
  return found.kind === 'file' && found.openToOthers;
}
