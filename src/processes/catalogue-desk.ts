// Control's end of the catalogue: what workers saw servers list comes in, what is approved goes out.

import type { Store } from '../cluster/index.ts';
import type { ServerConfig } from '../servers/index.ts';
import type { Log } from '../telemetry/index.ts';
import { createCatalogueAuthority } from './catalogue-authority.ts';
import type { CatalogueAuthority } from './catalogue-authority.ts';
import { createCataloguePublisher } from './catalogue-publisher.ts';
import type { Channel, Frame } from './channel.ts';
import type { Links } from './child.ts';
import type { Desk } from './conversation.ts';
import type { DefinitionInspection } from './definition-inspection.ts';
import { createPinKeeping } from './pin-keeping.ts';
import { readReport } from './sighting-report.ts';
import type { TakenReport } from './sighting-report.ts';

export interface CatalogueDeskOptions {
  readonly dataFolder: string;
  readonly links: Links;
  readonly log: Log;
  readonly tenant: string;
  /** Of the config in force; undefined: there is no such server. */
  readonly trustOf: (server: string) => ServerConfig['trust'] | undefined;
  readonly inspection: DefinitionInspection;
  /** What is approved, or whether that can be believed, has changed. */
  readonly onChange: () => void;
}

/** What could not be judged is tried again so much later. */
const RETRY_MS = 5_000;

/** The desk, and what the admin API uses. */
export interface CatalogueDesk extends Desk {
  /** Undefined until it was opened. */
  readonly authority: CatalogueAuthority | undefined;
  /** Reads what was approved, and gives it to workers that outlived the control before this one. */
  open(store: Store): Promise<void>;
}

export function createCatalogueDesk({
  dataFolder,
  links,
  log,
  tenant,
  trustOf,
  inspection,
  onChange,
}: CatalogueDeskOptions): CatalogueDesk {
  const publisher = createCataloguePublisher({ dataFolder, links, log });
  let authority: CatalogueAuthority | undefined;
  const retries = new Map<string, NodeJS.Timeout>();

  /** A worker saw definitions that it does not know: it is answered once every worker knows what follows. */
  const takeSightings = (frame: Frame): void => {
    const sighted = readReport(frame.fields['report']);
    if (sighted === undefined || authority === undefined) return frame.reply({ error: 'the report cannot be taken' });
    // It has left the config, or a control that has just started does not have that yet: then the worker holds it back, and reports again.
    if (trustOf(sighted.server) === undefined) return frame.reply({ error: 'there is no such server in the config' });
    authority.report(sighted).then(
      () => frame.reply({}),
      (error: unknown) => {
        log.error('what a server lists could not be judged; it is withheld', {
          server: sighted.server,
          error: error instanceof Error ? error : new Error(String(error)),
        });
        frame.reply({ error: 'the report could not be judged' });
        retry(sighted);
      },
    );
  };

  /** Workers do not report twice what they were told is withheld. The last report of a server is the one that counts. */
  const retry = (report: TakenReport): void => {
    clearTimeout(retries.get(report.server));
    const timer = setTimeout(() => {
      retries.delete(report.server);
      authority?.report(report).catch(() => retry(report));
    }, RETRY_MS);
    retries.set(report.server, timer.unref());
  };

  const greet = (worker: Channel): void => {
    if (authority === undefined) return;
    publisher.greet(worker, authority).catch((error: unknown) => {
      log.error('a worker could not be told what is approved', { error: error instanceof Error ? error : new Error(String(error)) });
    });
  };

  return {
    get authority() {
      return authority;
    },
    open: async (store) => {
      const opened = createCatalogueAuthority({
        store: store.catalogue,
        tenant,
        keeping: createPinKeeping(links),
        log,
        now: () => new Date(),
        trustOf,
        isDoubtful: (definition) => inspection.isDoubtful(definition),
        publish: async (publication, isNew) => {
          await publisher.publish(publication, isNew);
          onChange();
        },
        announce: (said) => publisher.announce(said),
      });
      await opened.load();
      // Only now: a worker that is told of half of them would take the others for servers that were never seen.
      authority = opened;
      onChange();
      for (const worker of links.all('worker')) greet(worker);
    },
    hears: {
      sightings: takeSightings,
      // What a server said to one worker is as true for the others.
      'list-changed': ({ fields }, from) => {
        const said = { server: String(fields['server']), kind: String(fields['kind']) };
        for (const worker of links.all('worker')) if (worker !== from.channel) worker.send('list-changed', said);
      },
    },
    onWorker: ({ channel }) => greet(channel),
  };
}
