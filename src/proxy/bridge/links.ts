// The way to a session with a server of the legacy era, by what its verdict says that it is carried on.

import { openSseCarrier } from '../../servers/index.ts';
import type { Readiness } from '../../servers/index.ts';
import { createLineLink } from './link-lines.ts';
import type { LinkOptions } from './link-options.ts';
import { createStreamableLink } from './link-streamable.ts';
import type { OpenLegacyLink } from './party.ts';
import type { OpenServer } from './stdio-lines.ts';

/** How lines are carried to and from a server, where they are: `start` starts its program if it is one. Undefined: over Streamable HTTP. */
export function openLines(
  { http, verdict }: Extract<Readiness, { kind: 'ready' }>,
  options: LinkOptions,
  start: OpenServer,
): OpenServer | undefined {
  if (http === undefined) return start;
  return verdict.transport === 'sse' ? (events) => openSseCarrier(http, options, events) : undefined;
}

/** How a session is opened. `onNoise`: a line that belongs nowhere was dropped. */
export function chooseLink(
  readiness: Extract<Readiness, { kind: 'ready' }>,
  options: LinkOptions,
  start: OpenServer,
  onNoise: () => void,
): OpenLegacyLink {
  const { http } = readiness;
  const lines = openLines(readiness, options, start);
  if (lines !== undefined) return createLineLink(options.server, lines, onNoise);
  if (http === undefined) throw new Error('a server without an address is spoken to in lines');
  return createStreamableLink(http, options);
}
