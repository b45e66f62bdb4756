// How each kind of process is started: which powers it gets. The flags are the isolation (DESIGN §11), so they stand here alone.

import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { lockdownFolder } from '../config/places.ts';
import { workerVaultFolder } from '../audit/places.ts';
import { catalogueFolder } from './catalogue-files.ts';
import { compiledCodeFolder } from './compiled-code.ts';
import { consoleFolder } from './console-folder.ts';
import type { Role } from './messages.ts';

export interface SpawnOptions {
  readonly role: Role;
  readonly slot: number;
  /** The entry file: src/main.ts or dist/main.js. */
  readonly entry: string;
  readonly dataFolder: string;
}

/** Where a worker's records go. Beside its part of the vault, it may write nothing else. */
export function auditFolder(dataFolder: string, slot: number): string {
  return join(dataFolder, 'audit', `worker-${slot}`);
}

/** Starts a process of the gateway. Its stdin is closed, stderr is ours, stdout too. */
export function spawnProcess(options: SpawnOptions): ChildProcess {
  return spawn(process.execPath, [...nodeFlags(options), options.entry, '--process', options.role], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    cwd: options.dataFolder,
    env: { ...environmentFor(options.role), ...compiledCode(options) },
  });
}

/** Starts a process that loads the program of these roles and ends: it is told nothing, and leaves compiled code for those that may not write it. */
export function spawnCompiler(entry: string, roles: readonly Role[]): ChildProcess {
  // Code that V8 compiled for an engine with other flags is refused.
  const flags = roles.includes('worker') ? WORKER_ENGINE : [];
  const env = { ...pick(PLACE), NODE_COMPILE_CACHE: compiledCodeFolder(entry) };
  return spawn(process.execPath, [...COMMON, ...flags, entry, '--compile', ...roles], { stdio: 'ignore', cwd: dirname(entry), env });
}

/** Young memory that a process begins with, in MB. V8 begins with one, and would clear it some fifteen times while the program is loaded. */
const ROOM_TO_LOAD = '--min-semi-space-size=16';

const WORKER_ENGINE = [
  '--max-semi-space-size=16',
  ROOM_TO_LOAD,
  // One thread clears young memory in about a millisecond. Several take longer wherever the worker's core is busy: each of them waits for its turn there,
  // and the calls for all of them.
  '--no-parallel-scavenge',
  // What a worker holds for good takes some 40 MB, and V8 would collect the whole heap whenever young memory brings that to half as much again.
  '--initial-old-space-size=128',
  // What a call needs dies with it. V8 would put some of it into old memory at birth, by where such things have lived long before; dead there, it
  // keeps what it refers to alive until the whole heap is collected.
  '--no-allocation-site-pretenuring',
];
const COMMON = ['--disable-sigusr1', '--disable-warning=ExperimentalWarning', '--disable-warning=SecurityWarning'];

/**
 * The Node flags of a role. A worker may read the program, its own records, the last snapshot and what is locked, write its own records and envelopes and use the
 * network: it cannot read a key file, start a program or a thread, or be attached to by a debugger (SIGUSR1).
 */
export function nodeFlags(options: SpawnOptions): readonly string[] {
  const { dataFolder } = options;
  const read = (path: string): string => `--allow-fs-read=${path}`;
  const write = (path: string): string => `--allow-fs-write=${path}`;
  switch (options.role) {
    case 'worker': {
      const audit = auditFolder(dataFolder, options.slot);
      const vault = workerVaultFolder(dataFolder, options.slot);
      return [
        ...COMMON,
        '--secure-heap=1048576',
        '--secure-heap-min=32',
        ...WORKER_ENGINE,
        '--permission',
        '--no-experimental-sqlite', // The permission model does not cover it: it opens and makes files anywhere.
        '--allow-net',
        ...programFolders(options.entry).map(read),
        read(join(dataFolder, 'snapshot.json')),
        read(catalogueFolder(dataFolder)),
        read(lockdownFolder(dataFolder)),
        read(audit),
        write(audit),
        read(vault),
        write(vault),
      ];
    }
    case 'console':
      // The network, and nothing to write; nothing to read but the program and the pages it serves.
      return [
        ...COMMON,
        ROOM_TO_LOAD,
        '--secure-heap=1048576',
        '--secure-heap-min=32',
        '--max-old-space-size=256', // What passes through it is bounded; what outgrows that takes no memory from workers.
        '--permission',
        '--no-experimental-sqlite',
        '--allow-net',
        ...programFolders(options.entry).map(read),
        read(consoleFolder(options.entry)),
      ];
    case 'inspector':
      // No network, nothing to write, nothing to read but the program: what it is given to look into, and nothing else.
      return [
        ...COMMON,
        '--max-semi-space-size=8',
        '--max-old-space-size=512', // What outgrows that is no message but a fault; it is replaced.
        '--permission',
        '--no-experimental-sqlite',
        ...programFolders(options.entry).map(read),
      ];
    case 'keeper':
      // No network, no children, writes only its own folder. It reads where the operator keeps secrets, which only the config knows.
      return [
        ...COMMON,
        ROOM_TO_LOAD,
        '--secure-heap=1048576',
        '--secure-heap-min=32',
        '--permission',
        '--no-experimental-sqlite',
        '--allow-fs-read=*',
        write(join(dataFolder, 'keys')),
      ];
    case 'control':
      return [...COMMON, ROOM_TO_LOAD];
    case 'runner':
      return COMMON;
    default:
      return options.role satisfies never;
  }
}

/** The folders of the program itself: sources or build output, and the libraries. Never the checkout as a whole, where a data folder may lie. */
function programFolders(entry: string): readonly string[] {
  const code = dirname(entry);
  const root = dirname(code);
  return [code, join(root, 'package.json'), join(root, 'node_modules')].filter((path) => existsSync(path));
}

const PLACE = ['LANG', 'LC_ALL', 'LC_CTYPE', 'TZ'];
const HARMLESS = [...PLACE, 'SSL_CERT_FILE', 'SSL_CERT_DIR', 'NODE_EXTRA_CA_CERTS'];
const FOR_CHILDREN = [
  ...HARMLESS,
  'PATH',
  'HOME',
  'USER',
  'LOGNAME',
  'SHELL',
  'TERM',
  'TMPDIR',
  'XDG_CACHE_HOME',
  'XDG_CONFIG_HOME',
  'XDG_DATA_HOME',
];

/** Secrets often live in the environment, so the processes that face strangers do not inherit it. */
function environmentFor(role: Role): NodeJS.ProcessEnv {
  switch (role) {
    case 'control':
    case 'keeper':
      return process.env;
    case 'runner':
      return pick(FOR_CHILDREN);
    case 'worker':
    case 'console':
      return pick(HARMLESS);
    case 'inspector':
      return pick(PLACE);
    default:
      return role satisfies never;
  }
}

/**
 * Spares each process the compiling of its own program at each start. Who writes there decides what runs next: those that the permission model holds only
 * read what is kept. What a process starts itself does not get this.
 */
function compiledCode({ role, entry }: SpawnOptions): NodeJS.ProcessEnv {
  // Nobody waits for an inspector, and it is told nothing of where it runs.
  if (role === 'inspector') return {};
  const isHeld = role !== 'control' && role !== 'runner';
  return { NODE_COMPILE_CACHE: compiledCodeFolder(entry), NODE_COMPILE_CACHE_READONLY: isHeld ? '1' : undefined };
}

/** What programs that the config names get of our environment, beside what the config gives them. */
export function environmentOfPrograms(): NodeJS.ProcessEnv {
  return pick(FOR_CHILDREN);
}

function pick(names: readonly string[]): NodeJS.ProcessEnv {
  const chosen: NodeJS.ProcessEnv = {};
  for (const name of names) if (process.env[name] !== undefined) chosen[name] = process.env[name];
  return chosen;
}
