// The way to a session with a server of the legacy era, by what its verdict says that it is carried on.

import { openSseCarrier } from '../../servers/index.ts';
import type { SseCarrierOptions } from '../../servers/index.ts';
import type { Ready } from './legacy-servers.ts';
import { createLineLink } from './link-lines.ts';
import type { LinkOptions } from './link-options.ts';
import { createStreamableLink } from './link-streamable.ts';
import type { OpenLegacyLink } from './party.ts';
import type { OpenServer } from './stdio-lines.ts';

/** How a server over HTTP is spoken to in lines; undefined where it is not. */
export function openLines({ http, verdict }: Ready, options: SseCarrierOptions): OpenServer | undefined {
  return http === undefined || verdict.transport !== 'sse' ? undefined : (events) => openSseCarrier(http, options, events);
}

/** How a session is opened. `start`: how its program is started, if it is one; `onNoise`: a line that belongs nowhere was dropped. */
export function chooseLink(readiness: Ready, options: LinkOptions, start: OpenServer, onNoise: () => void): OpenLegacyLink {
  const { http } = readiness;
  if (http === undefined) return createLineLink(options.server, start, onNoise);
  const lines = openLines(readiness, options);
  return lines === undefined ? createStreamableLink(http, options) : createLineLink(options.server, lines, onNoise);
}
