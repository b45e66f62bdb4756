// Hosts of URLs, read as every resolver and URL parser on the way may read them, and where they lead: a server that fetches what an agent names must not be
// sent to what only it can reach (server-side request forgery).

import { parseIpv6, parseLooseIpv4, reachOfIpv4, reachOfIpv6 } from './addresses.ts';
import type { Reach } from './addresses.ts';

/** Where a host leads. `rebinding`: a name that anybody can make lead anywhere, and that hides an inner address. */
export type HostReach = Reach | 'rebinding';

const METADATA_NAMES: ReadonlySet<string> = new Set([
  'metadata',
  'metadata.google.internal',
  'metadata.goog',
  'metadata.google.com',
  'instance-data',
  'instance-data.ec2.internal',
  'metadata.azure.internal',
  'metadata.tencentyun.com',
  'metadata.platformequinix.com',
  'metadata.packet.net',
  'metadata.oraclecloud.com',
  'rancher-metadata',
  'api.metadata.cloud.ibm.com',
]);
const LOOPBACK_NAME = /^(?:.*\.)?localhost(?:\.localdomain)?$|^(?:localhost[46]|ip6-localhost|ip6-loopback|loopback)$/;
// Names that resolve inside of networks only (RFC 6762, RFC 8375, ICANN's .internal), of clusters and of container hosts.
const INNER_NAME = /\.(?:internal|intranet|local|localdomain|lan|corp|home|private|home\.arpa|svc|cluster\.local)$/;
// Public zones whose names all lead to this machine.
const LOOPBACK_ZONES =
  /(?:^|\.)(?:localtest\.me|lvh\.me|vcap\.me|lacolhost\.com|localho\.st|local\.gd|yoogle\.com|fuf\.me|smackaho\.st|traefik\.me|lndo\.site)$/;
// Public zones whose names lead to the address that is written in them, or to several in turn.
const EMBEDDING_ZONES = /(?:^|\.)(?:nip\.io|sslip\.io|xip\.io|ip\.codehz\.one|backname\.io|1u\.ms|rbndr\.us)$/;
const SWITCHING_ZONES = /(?:^|\.)(?:rbndr\.us|1u\.ms|rebind\.network|rebind\.it|rebinder\.net|dynamic-dns-rebind\.com|sslip\.rebind\.it)$/;

/** Where a host leads, as far as its name tells. */
export function reachOfHost(written: string): HostReach {
  const host = normalizeHost(written);
  if (host === '') return 'public';
  if (host.includes(':')) return reachOfGroups(parseIpv6(host));
  const address = /^[0-9a-fx.]+$/.test(host) && /^(?:0x|[0-9])/.test(host) ? parseLooseIpv4(host) : undefined;
  if (address !== undefined) return reachOfIpv4(address);
  if (METADATA_NAMES.has(host)) return 'metadata';
  if (LOOPBACK_NAME.test(host) || LOOPBACK_ZONES.test(host)) return 'loopback';
  if (EMBEDDING_ZONES.test(host) || SWITCHING_ZONES.test(host)) return reachOfEmbedding(host);
  return INNER_NAME.test(host) || /^[a-z][a-z0-9_-]*$/.test(host) ? 'private' : 'public';
}

function reachOfGroups(groups: readonly number[] | undefined): HostReach {
  return groups === undefined ? 'public' : reachOfIpv6(groups);
}

const PLAIN = /^[a-z0-9.-]*$/i;

/** Percent escapes, full-width and circled forms, ideographic full stops, brackets, the root's dot: what resolvers take as the same name. */
function normalizeHost(written: string): string {
  const decoded = written.includes('%') ? decodePercents(written) : written;
  if (PLAIN.test(decoded)) return decoded.toLowerCase().replace(/\.$/, '');
  return decoded
    .normalize('NFKC')
    .replaceAll(/[。．｡]/g, '.')
    .replaceAll(/[\u00ad\u200b-\u200d\u2060\ufeff]/g, '')
    .toLowerCase()
    .replace(/^\[|\]$/g, '')
    .replace(/\.+$/, '');
}

/** Escapes of UTF-8; what is none stays as it is. */
function decodePercents(text: string): string {
  const bytes = text.replaceAll(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return /[\u0100-\uffff]/.test(bytes) ? bytes : Buffer.from(bytes, 'latin1').toString();
}

/** The strictest of the addresses that are written in a name, with dots, hyphens or as eight hexadecimal digits. */
function reachOfEmbedding(host: string): HostReach {
  const reaches = addressesIn(host).map(reachOfIpv4);
  const dashed = host.split('.').at(-3)?.split('-').length ?? 0;
  const six = dashed > 2 ? parseIpv6((host.split('.').at(-3) ?? '').replaceAll('-', ':')) : undefined;
  if (six !== undefined) reaches.push(reachOfIpv6(six));
  if (reaches.includes('metadata')) return 'metadata';
  return SWITCHING_ZONES.test(host) || reaches.some((reach) => reach !== 'public') ? 'rebinding' : 'public';
}

function addressesIn(host: string): readonly number[] {
  const dotted = [...host.matchAll(/(?<![0-9])[0-9]{1,3}(?:[.-][0-9]{1,3}){3}(?![0-9])/g)].map(([text]) => text.replaceAll('-', '.'));
  const hexadecimal = [...host.matchAll(/(?<![0-9a-z])[0-9a-f]{8}(?![0-9a-z])/g)].map(([text]) => `0x${text}`);
  return [...dotted, ...hexadecimal].flatMap((text) => parseLooseIpv4(text) ?? []);
}
