// What a config says of anchors: whether each can be one. An anchor that lies where the record lies is none, since whoever rolls back the one rolls
// back the other.

import { isAbsolute, relative, resolve } from 'node:path';
import type { AnchorConfig } from '../audit/index.ts';
import type { Report } from './check.ts';
import type { Files } from './files.ts';
import { resolveValue } from './secrets.ts';
import type { Env } from './template.ts';

interface Surroundings {
  readonly dataFolder: string;
  readonly env: Env;
  readonly files: Files;
}

/** Checks anchors. URLs are read to see that they can be used, and forgotten. */
export function checkAnchors(anchors: readonly AnchorConfig[], { dataFolder, env, files }: Surroundings, report: Report): void {
  for (const { name, target } of anchors) {
    const at = ['audit', 'anchors', name, target.kind];
    if (target.kind === 'file') checkFile(target.path, dataFolder, files, (severity, message, fix) => report(severity, at, message, fix));
    if (target.kind === 'command')
      checkProgram(target.command, dataFolder, files, (severity, message, fix) => report(severity, [...at, 0], message, fix));
    if (target.kind !== 'postgres') continue;
    const url = resolveValue(target.url, env, files);
    if (!url.ok) report('error', at, url.error.message, url.error.fix);
    else checkUrl(url.value.reveal().trim(), (severity, message, fix) => report(severity, at, message, fix));
  }
}

type Say = (severity: 'error' | 'warning', message: string, fix: string) => void;

function checkFile(path: string, dataFolder: string, files: Files, say: Say): void {
  if (files.look(path).kind === 'folder')
    say('error', `names ${path}, which is a folder`, 'Write the path of a file; it is made if it is not there.');
  const way = relative(dataFolder, path);
  if (!way.startsWith('..') && !isAbsolute(way))
    say(
      'warning',
      'lies in the data folder, and proves nothing: whoever can put an old record in its place can do the same to it',
      'Write it to a disk of another host, or to one that only takes more.',
    );
}

/** Only where it is a path: a name is looked for where the gateway runs, which may be elsewhere. Not an error: an anchor that is away keeps nothing from starting. */
function checkProgram([program = '']: readonly string[], dataFolder: string, files: Files, say: Say): void {
  if (!program.includes('/')) return;
  const path = resolve(dataFolder, program);
  const found = files.look(path);
  if (found.kind === 'file') return;
  say(
    'warning',
    `names ${path}, which ${found.kind === 'folder' ? 'is a folder' : found.reason}`,
    'Correct the path; until then nothing is noted down there.',
  );
}

/** Nothing of the URL is said: it holds a password. */
function checkUrl(text: string, say: Say): void {
  const url = URL.parse(text);
  if (url === null || !/^postgres(ql)?:$/.test(url.protocol))
    return say('error', 'is not the URL of a PostgreSQL database', 'Write postgresql://user:password@host/database?sslmode=verify-full.');
  const host = url.searchParams.get('host') ?? url.hostname;
  const isHere = ['localhost', '127.0.0.1', '[::1]', ''].includes(host) || host.startsWith('/');
  if (!isHere && !['require', 'verify-ca', 'verify-full'].includes(url.searchParams.get('sslmode') ?? ''))
    say('warning', 'reaches another host without TLS', 'Add ?sslmode=verify-full to it.');
}
