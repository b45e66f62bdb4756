// The process that faces browsers: the console's files, and the way of the API to control. It holds no key but that of its certificate and no record, can
// start nothing and write nothing; whoever takes it over may do what those may who are signed in through it meanwhile, and no more.

import type { ServerTls } from '../http/index.ts';
import type { Log } from '../telemetry/index.ts';
import type { Channel, Frame } from './channel.ts';
import { certificateEnd } from '../tls/index.ts';
import { report } from './child.ts';
import type { Duties, Links } from './child.ts';
import { readConsoleFiles } from './console/files.ts';
import { createConsoleServer } from './console/server.ts';
import type { ConsoleServer } from './console/server.ts';
import type { Site } from './console/site.ts';
import { CONSOLE_LISTENER, isConsoleTerms } from './console-terms.ts';
import type { ConsoleTerms } from './console-terms.ts';
import { dropFrame } from './conversation.ts';
import type { Init } from './messages.ts';

const CERTIFICATE_TIMEOUT_MS = 5_000;

/**
 * Sets up the duties of the console's process.
 * @param folder where the built console is
 */
export function beginConsole(init: Init, links: Links, log: Log, folder: string): Duties {
  let terms: ConsoleTerms | undefined;
  let door: string | undefined;
  let server: ConsoleServer | undefined;
  /** When the certificate that it shows ends. */
  let endsMs: number | undefined;
  /** One change after the other: the second certificate must not be overtaken by the first. */
  let work: Promise<void> = Promise.resolve();

  const site = (): Site => terms?.site ?? { scheme: 'http', host: '', names: [] };

  const certificate = async (): Promise<ServerTls | undefined> => {
    if (terms === undefined || terms.tls === 'off') return undefined;
    const { fields } = await links.request('keeper', 'tls', { listener: CONSOLE_LISTENER }, CERTIFICATE_TIMEOUT_MS);
    if (typeof fields['error'] === 'string') throw new Error(fields['error']);
    const cert = String(fields['certificate']);
    endsMs = certificateEnd(cert)?.getTime();
    return { key: String(fields['key']), cert };
  };

  const open = async (): Promise<void> => {
    const [socket] = init.listeners;
    if (socket === undefined) throw new Error('there is no socket to listen on');
    const opened = createConsoleServer({
      tls: await certificate(),
      site,
      isTrusted: () => terms?.tls === 'files',
      files: readConsoleFiles(folder),
      door: () => door,
      nowMs: () => Date.now(),
      log,
    });
    await opened.listen(socket.fd);
    server = opened;
    report({ kind: 'ready' });
  };

  /** Whether TLS ends here is settled at birth; a process for which that has changed is being replaced. */
  const renew = async (): Promise<void> => {
    const tls = await certificate();
    if (tls !== undefined) server?.renew(tls);
  };

  const takeOver = (next: ConsoleTerms, control: Channel): void => {
    terms = next;
    door = next.door;
    work = work
      .then(() => (server === undefined ? open() : renew()))
      .then(() =>
        control.send('console-serves', { scheme: next.site.scheme, port: init.listeners[0]?.port ?? 0, certificateEndsMs: endsMs ?? null }),
      )
      .catch((error: unknown) => {
        log.error('the console cannot be served as it is configured', { reason: error instanceof Error ? error.message : String(error) });
        // The supervisor tries again, after a growing pause; one that serves goes on with the certificate it has.
        if (server === undefined) process.exit(1);
      });
  };

  return {
    onFrame: (_from, frame: Frame, channel) => {
      const { type, fields } = frame;
      if (type === 'console' && isConsoleTerms(fields['terms'])) takeOver(fields['terms'], channel);
      else dropFrame(frame, log);
    },
    onUnlink: (role) => {
      // Its successor opens another door, and says where.
      if (role === 'control' && links.get('control') === undefined) door = undefined;
    },
    onStop: async () => server?.close(),
  };
}
