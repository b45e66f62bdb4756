// The process that holds what must not be stolen: the keys that seal session ids, TLS keys, and the secrets of the servers. It has
// no listener and no network; it answers narrow questions over inherited pipes, each role its own. It gives a worker the headers of
// servers and the TLS key of listeners, the runner the environment of servers, nobody anything that the config does not name.
//
// Questions: seal-keys (worker) · token-key (worker) · tls {listener} (worker; console: its own) · secrets {server, kind} (worker: headers, runner: env) · pins (worker, control) ·
// configure, check-certificates, sign-pins, pins-kept, approvals-key (control) · subject… (subject-answers.ts) · release… (release-answers.ts) · retention-clock, sign-tombstone (retention-answers.ts).

import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Log } from '../telemetry/index.ts';
import { createDevelopmentCertificate, readAuthorities, readCertificate } from '../tls/index.ts';
import type { Fields, Frame } from './channel.ts';
import { answerCheckpoints } from './checkpoint-answers.ts';
import { createCheckpointSigner } from './checkpoint-signer.ts';
import type { Duties } from './child.ts';
import { CONSOLE_LISTENER } from './console-terms.ts';
import { diskFiles, resolveValue } from '../config/keeping.ts';
import type { ValueSource } from '../servers/index.ts';
import { lastingKey } from './lasting-key.ts';
import type { Init, Role } from './messages.ts';
import { createPinSigner } from './pin-signer.ts';
import { writePrivate } from './private-file.ts';
import { answerReleases } from './release-answers.ts';
import { createReleases } from './releases.ts';
import { answerRetention } from './retention-answers.ts';
import { createRetentionClock } from './retention-clock.ts';
import { answerSubjects } from './subject-answers.ts';
import type { AskingProcess } from './subject-answers.ts';
import { createSubjectKeeper } from './subject-keys.ts';
import { createSubjectQuota } from './subject-quota.ts';
import { createTombstoneSigner } from './tombstone-signer.ts';

/** What control tells the keeper about the config. */
export interface KeeperConfig {
  readonly servers: Readonly<Record<string, ServerSecrets>>;
  readonly listeners: Readonly<Record<string, TlsSource>>;
  /** How many days records are kept. */
  readonly retentionDays?: number;
}

/** What a server needs that only the keeper may read. */
export interface ServerSecrets {
  readonly headers: Readonly<Record<string, ValueSource>>;
  readonly env: Readonly<Record<string, ValueSource>>;
  /** PEM bundle with the roots of the server's certificate. No secret, but a file that workers cannot read. */
  readonly ca: string | undefined;
}

/** Where a listener's certificate comes from. */
export type TlsSource =
  | { readonly kind: 'self-signed'; readonly hosts: readonly string[] }
  | { readonly kind: 'files'; readonly certificate: string; readonly key: string };

/** A key that seals session ids. Two are valid at any time; the newest seals. */
export interface SealKey {
  readonly kid: string;
  /** 32 bytes, base64. */
  readonly key: string;
  readonly createdAt: number;
}

const SEAL_KEY_LIFE_MS = 24 * 3_600_000;
const SEAL_KEY_PERIOD_MS = SEAL_KEY_LIFE_MS / 2;
const RENEW_BEFORE_MS = 24 * 3_600_000;
/** Often enough that a leap of the clock is none that the gateway has slept through. */
const CLOCK_PERIOD_MS = 3_600_000;

/** Sets up the keeper's duties. */
export function beginKeeper({ dataFolder, node }: Pick<Init, 'dataFolder' | 'node'>, log: Log): Duties {
  const folder = join(dataFolder, 'keys');
  const signer = createPinSigner(folder);
  const checkpoints = createCheckpointSigner(
    folder,
    node,
    () => Date.now(),
    ({ log: name, slot, size }) =>
      log.error('a log that was signed and never found is given up for another of its slot', { slot, log: name, signed: size }),
  );
  const subjects = createSubjectKeeper(
    folder,
    () => Buffer.from(lastingKey(join(folder, 'subjects-key.json')), 'base64'),
    (file, entries) =>
      log.error('entries about subjects cannot be read any more; what they were for cannot be tested or opened', { file, entries }),
  );
  const quota = createSubjectQuota({
    free: () => subjects.free(),
    onSpent: (worker, allowed) =>
      log.error('a worker has named so many people of whom nothing was known that it gets no more for a day', { worker, allowed }),
  });
  const releases = createReleases(folder);
  let config: KeeperConfig = { servers: {}, listeners: {} };
  const nowMs = (): number => Date.now();
  const clock = createRetentionClock(join(folder, 'clock.json'), nowMs);
  const sign = createTombstoneSigner({
    signingKey: () => checkpoints.signingKey(),
    clock,
    nowMs,
    retentionDays: () => config.retentionDays,
  });

  const answer = (from: AskingProcess, frame: Frame): Fields => {
    const { role } = from;
    switch (frame.type) {
      case 'seal-keys':
        return role === 'worker' ? { keys: sealKeys(folder, Date.now()) } : refusal(role, frame.type);
      case 'tls':
        return mayHaveKey(role, frame.fields['listener']) ? tlsMaterial(String(frame.fields['listener'])) : refusal(role, frame.type);
      case 'pins':
        return role === 'worker' || role === 'control' ? pinFacts() : refusal(role, frame.type);
      case 'approvals-key':
        return role === 'control' ? readLastingKey('approvals-key.json') : refusal(role, frame.type);
      case 'token-key':
        return role === 'worker' ? readLastingKey('token-key.json') : refusal(role, frame.type);
      case 'sign-pins':
        return role === 'control' ? signPins(frame.fields) : refusal(role, frame.type);
      case 'pins-kept':
        return role === 'control' ? keepPins(frame.fields) : refusal(role, frame.type);
      case 'secrets': {
        const kind = frame.fields['kind'];
        const server = config.servers[String(frame.fields['server'])];
        if (server === undefined) return { error: 'This server is not in the config.' };
        if (kind === 'headers' && role === 'worker') return { ...read(server.headers), ...readBundle(server.ca) };
        if (kind === 'env' && role === 'runner') return read(server.env);
        return refusal(role, `secrets of kind ${String(kind)}`);
      }
      default:
        return (
          answerSubjects({ keeper: subjects, quota }, from, frame, Date.now()) ??
          answerReleases(releases, subjects, role, frame, Date.now()) ??
          answerRetention({ clock, sign }, role, frame) ??
          refusal(role, frame.type)
        );
    }
  };

  const refusal = (role: Role, what: string): Fields => {
    log.warn('a question was refused', { role, what });
    return { error: `The keeper does not give ${what} to a ${role}.` };
  };

  /** What proves pins, and which were signed last. */
  const pinFacts = (): Fields => {
    try {
      return { publicKey: signer.publicKey(), heads: signer.heads() };
    } catch (error) {
      return { error: faultOf(error) };
    }
  };

  const signPins = (fields: Fields): Fields => {
    try {
      const set = { server: String(fields['server']), version: Number(fields['version']), digest: String(fields['digest']) };
      const signature = signer.sign(set);
      return signature === undefined ? { error: `pins of version ${set.version} were signed already` } : { signature };
    } catch (error) {
      return { error: faultOf(error) };
    }
  };

  const keepPins = (fields: Fields): Fields => {
    try {
      signer.kept(String(fields['server']), Number(fields['version']));
      return {};
    } catch (error) {
      return { error: faultOf(error) };
    }
  };

  const readLastingKey = (name: string): Fields => {
    try {
      return { key: lastingKey(join(folder, name)) };
    } catch (error) {
      return { error: faultOf(error) };
    }
  };

  const tlsMaterial = (listener: string): Fields => {
    const source = config.listeners[listener];
    if (source === undefined) return { error: `The listener '${listener}' has no certificate in the config.` };
    try {
      if (source.kind === 'files') return fileMaterial(source);
      return developmentMaterial(folder, listener, source.hosts);
    } catch (error) {
      return {
        error: `The certificate of the listener '${listener}' cannot be read: ${error instanceof Error ? error.message : 'unknown'}`,
      };
    }
  };

  const watchClock = (): void => {
    try {
      clock.look();
    } catch (error) {
      log.error('the clock cannot be noted down, so no record is removed', { reason: faultOf(error) });
    }
  };
  watchClock();
  setInterval(watchClock, CLOCK_PERIOD_MS).unref();

  return {
    onFrame: (from, frame) => {
      if (frame.type === 'configure' && from.role === 'control') {
        if (isKeeperConfig(frame.fields['config'])) config = frame.fields['config'];
        return frame.reply({});
      }
      // Before a config is put in force: a worker that started on a certificate that cannot be used would not start at all.
      if (frame.type === 'check-certificates' && from.role === 'control') {
        return frame.reply({ faults: isKeeperConfig(frame.fields['config']) ? certificateFaults(frame.fields['config'].listeners) : {} });
      }
      frame.reply(answerCheckpoints(checkpoints, from.role, from.name, frame) ?? answer(from, frame));
    },
  };
}

/** The console has its own certificate's key and no other; workers have those of the listeners that agents call. */
function mayHaveKey(role: Role, listener: unknown): boolean {
  if (role === 'console') return listener === CONSOLE_LISTENER;
  return role === 'control' || (role === 'worker' && listener !== CONSOLE_LISTENER);
}

/** Reads each value; one that cannot be read is named, never shown. */
function read(sources: Readonly<Record<string, ValueSource>>): Fields {
  const values: Record<string, string> = {};
  for (const [name, source] of Object.entries(sources)) {
    const value = resolveValue(source, process.env, diskFiles);
    if (!value.ok) return { error: `The value of '${name}' ${value.error.message}. ${value.error.fix}` };
    values[name] = value.value.reveal(); // From here it goes to the one process that must use it.
  }
  return { values };
}

function readBundle(path: string | undefined): Fields {
  if (path === undefined) return {};
  try {
    const ca = readFileSync(path, 'utf8');
    const authorities = readAuthorities(ca, new Date());
    return authorities.ok ? { ca } : { error: `The CA file ${path} cannot be used: ${authorities.error}` };
  } catch {
    return { error: `The CA file ${path} cannot be read.` };
  }
}

/** The keys valid at `now`, newest first; makes a new one every half life. */
function sealKeys(folder: string, now: number): readonly SealKey[] {
  const file = join(folder, 'seal-keys.json');
  const known = readKeys(file).filter((key) => now - key.createdAt < SEAL_KEY_LIFE_MS && key.createdAt <= now);
  const newest = known[0];
  if (newest !== undefined && now - newest.createdAt < SEAL_KEY_PERIOD_MS) return known;
  const fresh: SealKey = { kid: randomBytes(6).toString('base64url'), key: randomBytes(32).toString('base64'), createdAt: now };
  const keys = [fresh, ...known];
  writePrivate(file, JSON.stringify({ format: 1, keys }));
  return keys;
}

function readKeys(file: string): readonly SealKey[] {
  try {
    const stored: unknown = JSON.parse(readFileSync(file, 'utf8'));
    if (typeof stored !== 'object' || stored === null || !('format' in stored) || stored.format !== 1 || !('keys' in stored)) return [];
    return Array.isArray(stored.keys) ? stored.keys.filter(isSealKey) : [];
  } catch {
    return []; // No keys yet, or unreadable ones: sessions are opened anew.
  }
}

/** A certificate from files. A pair that does not fit, or has expired, is refused with what is wrong, before it meets an agent. */
function fileMaterial(source: Extract<TlsSource, { kind: 'files' }>): Fields {
  const certificate = readFileSync(source.certificate, 'utf8');
  const key = readFileSync(source.key, 'utf8');
  const facts = readCertificate(certificate, key, new Date());
  return facts.ok ? { certificate, key } : { error: `The certificate ${source.certificate} cannot be used: ${facts.error}` };
}

/** What is wrong with the certificates from files, by listener. */
function certificateFaults(listeners: KeeperConfig['listeners']): Record<string, string> {
  const faults: Record<string, string> = {};
  for (const [name, source] of Object.entries(listeners)) {
    if (source.kind !== 'files') continue;
    try {
      const { error } = fileMaterial(source);
      if (typeof error === 'string') faults[name] = error;
    } catch (error) {
      faults[name] = `The certificate ${source.certificate} cannot be read: ${error instanceof Error ? error.message : 'unknown'}`;
    }
  }
  return faults;
}

/** A self-signed certificate for trying things out; kept, so that a client that trusted it once goes on trusting it. */
function developmentMaterial(folder: string, listener: string, hosts: readonly string[]): Fields {
  const file = join(folder, `self-signed-${listener}.json`);
  try {
    const stored: unknown = JSON.parse(readFileSync(file, 'utf8'));
    if (isMaterial(stored) && stored.hosts.join() === hosts.join() && stored.notAfter - Date.now() > RENEW_BEFORE_MS) {
      return { certificate: stored.certificate, key: stored.key };
    }
  } catch {
    // None yet.
  }
  const made = createDevelopmentCertificate([...hosts], new Date());
  writePrivate(file, JSON.stringify({ format: 1, hosts, notAfter: made.notAfter.getTime(), certificate: made.certificate, key: made.key }));
  return { certificate: made.certificate, key: made.key };
}

function isSealKey(value: unknown): value is SealKey {
  return (
    typeof value === 'object' &&
    value !== null &&
    'kid' in value &&
    'key' in value &&
    'createdAt' in value &&
    typeof value.createdAt === 'number'
  );
}

function isMaterial(value: unknown): value is { hosts: readonly string[]; notAfter: number; certificate: string; key: string } {
  return (
    typeof value === 'object' &&
    value !== null &&
    'hosts' in value &&
    Array.isArray(value.hosts) &&
    'notAfter' in value &&
    typeof value.notAfter === 'number' &&
    'certificate' in value &&
    'key' in value
  );
}

function isKeeperConfig(value: unknown): value is KeeperConfig {
  return typeof value === 'object' && value !== null && 'servers' in value && 'listeners' in value;
}

function faultOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
