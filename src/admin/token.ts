// What it takes to use the admin API besides its path: a token in a file that only the gateway's own user may read. A worker may connect
// to unix sockets (Node's permission model does not tell them apart from the network) but may read no file here, so that taking over a
// worker is not taking over the gateway.

import { randomBytes, timingSafeEqual } from 'node:crypto';
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';

const TOKEN_BYTES = 32;

/** Where the token of a socket is. */
export function tokenFile(socketPath: string): string {
  return `${socketPath}.token`;
}

/** Makes a new token for a socket; the one before is worth nothing from now on. */
export function issueToken(socketPath: string): string {
  const token = randomBytes(TOKEN_BYTES).toString('base64url');
  const file = tokenFile(socketPath);
  rmSync(`${file}.new`, { force: true });
  writeFileSync(`${file}.new`, token, { mode: 0o600, flag: 'wx' });
  renameSync(`${file}.new`, file);
  return token;
}

/** Takes the token away when the socket goes. */
export function revokeToken(socketPath: string): void {
  rmSync(tokenFile(socketPath), { force: true });
}

/** The token of a socket; undefined when there is none. Throws when it may not be read. */
export function readToken(socketPath: string): string | undefined {
  try {
    return readFileSync(tokenFile(socketPath), 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Whether an Authorization header shows the token. */
export function showsToken(authorization: string | undefined, token: string): boolean {
  const shown = Buffer.from(authorization ?? '');
  const wanted = Buffer.from(`Bearer ${token}`);
  return shown.length === wanted.length && timingSafeEqual(shown, wanted);
}
