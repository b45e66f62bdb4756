// X-Forwarded-For, read only when the connection comes from a trusted proxy. Entries are appended by each hop, so the list is
// walked from the right: the first address that is not a trusted proxy's is the client. What stands left of it was written by
// the client itself and is never looked at.

import { isIP, isIPv4, isIPv6 } from 'node:net';
import { plainAddress } from './address-list.ts';
import type { AddressList } from './address-list.ts';
import { isDigit } from './grammar.ts';
import type { Peer } from './types.ts';

/** The peer of one request: the connection's own, or the client that a trusted proxy names; undefined if it names none. */
export function requestPeer(peer: Peer, forwardedFor: string | undefined, trusted: AddressList | undefined): Peer | undefined {
  if (forwardedFor === undefined || trusted === undefined) return peer;
  const address = clientOf(forwardedFor, trusted);
  return address === undefined ? undefined : { ...peer, address, port: 0 };
}

/** The client's address; undefined if an entry that a trusted proxy vouches for is no address. */
export function clientOf(forwardedFor: string, trusted: AddressList): string | undefined {
  let client: string | undefined;
  let end = forwardedFor.length;
  while (end >= 0) {
    const comma = forwardedFor.lastIndexOf(',', end - 1);
    const from = end === 0 ? -1 : comma;
    client = addressOf(forwardedFor.slice(from + 1, end).trim());
    if (client === undefined || !trusted.has(client) || from < 0) return client;
    end = from;
  }
  return client;
}

// Some proxies write the port too: '192.0.2.1:4711', '[2001:db8::1]:4711'.
function addressOf(entry: string): string | undefined {
  if (isIP(entry) !== 0) return entry.includes('%') ? undefined : plainAddress(entry);
  const colon = entry.lastIndexOf(':');
  const bare = colon > 0 && isPort(entry, colon + 1) ? entry.slice(0, colon) : entry;
  if (isIPv4(bare)) return bare;
  if (!bare.startsWith('[') || !bare.endsWith(']')) return undefined;
  const inner = bare.slice(1, -1);
  return isIPv6(inner) && !inner.includes('%') ? plainAddress(inner) : undefined;
}

function isPort(text: string, start: number): boolean {
  if (start === text.length || text.length - start > 5) return false;
  for (let at = start; at < text.length; at += 1) if (!isDigit(text.charCodeAt(at))) return false;
  return true;
}
