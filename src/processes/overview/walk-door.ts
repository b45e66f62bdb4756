// A worker's end of walks to servers: goes there for whoever looks after the gateway, beside the calls and on connections of its own.

import type { ServerProbe } from '../../admin/index.ts';
import { walkHttp, walkStdio } from '../../servers/index.ts';
import type { HttpWalkOptions, ServerConfig, StdioDoor, Walk } from '../../servers/index.ts';
import { toPrintable } from '../../telemetry/index.ts';
import type { Frame } from '../channel.ts';
import type { Door } from '../conversation.ts';

export interface WalkDoorOptions extends HttpWalkOptions {
  readonly stdio: StdioDoor;
  readonly configOf: (server: string) => ServerConfig | undefined;
}

/** Each starts programs or opens connections; whoever wants more waits for one to end. */
const MAX_WALKS = 4;
const MAX_TEXT_CHARS = 1_000;

export function createWalkDoor(options: WalkDoorOptions): Door {
  let running = 0;

  const walk = async (frame: Frame): Promise<void> => {
    const name = String(frame.fields['server']);
    const config = options.configOf(name);
    if (config === undefined) return frame.reply({ error: `There is no server '${name}' in this worker.` });
    if (running >= MAX_WALKS) return frame.reply({ error: 'Several servers are being looked at already; try again.' });
    running += 1;
    const at = new Date(options.nowMs()).toISOString();
    try {
      const walked = config.kind === 'http' ? await walkHttp(config, options) : await walkStdio(config, options.stdio, options.nowMs);
      frame.reply({ probe: toProbe(name, at, walked) });
    } catch (error) {
      frame.reply({ error: error instanceof Error ? error.message : 'The walk broke off.' });
    } finally {
      running -= 1;
    }
  };

  return { hears: { 'walk-to-server': (frame) => void walk(frame) } };
}

/** What servers and certificates say of themselves is cut, and cannot steer a terminal. */
function toProbe(server: string, at: string, { certificate, isTrusted, ...walked }: Walk): ServerProbe {
  const text = (said: string): string => toPrintable(said, MAX_TEXT_CHARS);
  return {
    ...walked,
    server,
    at,
    text: text(walked.text),
    hops: walked.hops.map((hop) => ({ ...hop, text: text(hop.text) })),
    addresses: [...walked.addresses],
    revisions: walked.revisions.map(text),
    says: walked.says === null ? null : { name: text(walked.says.name), version: text(walked.says.version) },
    tls:
      certificate === undefined
        ? null
        : {
            version: certificate.version,
            cipher: certificate.cipher,
            subject: text(certificate.subject),
            issuer: text(certificate.issuer),
            names: certificate.names.map(text),
            validFrom: certificate.notBefore.toISOString(),
            validUntil: certificate.notAfter.toISOString(),
            sha256: certificate.fingerprint,
            chain: certificate.chain.map(text),
            isTrusted,
          },
  };
}
