// Hands out what is approved, one server at a time: a change of one server moves one server's pins, and of its definitions only those that are new.

import type { Log } from '../telemetry/index.ts';
import type { ApprovedText, ServerCatalogue } from '../tools/index.ts';
import { createCatalogueFiles } from './catalogue-files.ts';
import type { Publication } from './catalogue-files.ts';
import type { CatalogueAuthority } from './catalogue-authority.ts';
import { FrameTooLarge } from './channel.ts';
import type { Channel, Frame } from './channel.ts';
import type { Links } from './child.ts';
import { sendTexts } from './definition-frames.ts';

export interface CataloguePublisher {
  /** Resolves when every worker that can answer has taken it over. `isNew`: the definitions that workers do not have yet. */
  publish(publication: Publication, isNew: (text: ApprovedText) => boolean): Promise<void>;
  /** Tells workers alone; what is on disk stays. */
  announce(catalogue: ServerCatalogue): Promise<void>;
  /** Gives a worker everything, server by server; a change that is made meanwhile comes in its turn. */
  greet(worker: Channel, authority: Pick<CatalogueAuthority, 'servers' | 'tell'>): Promise<void>;
}

/** A worker that does not take it over in this time is stuck; it is named, and not waited for. */
const ACKNOWLEDGE_MS = 3_000;

export function createCataloguePublisher(options: {
  readonly dataFolder: string;
  readonly links: Links;
  readonly log: Log;
}): CataloguePublisher {
  const { links, log, dataFolder } = options;
  const keep = createCatalogueFiles(dataFolder);

  const send = async (worker: Channel, { catalogue, texts }: Publication): Promise<void> => {
    const { server } = catalogue;
    const tell = (said: ServerCatalogue): Promise<Frame> => worker.request('catalogue', { catalogue: said }, ACKNOWLEDGE_MS);
    try {
      sendTexts(worker, server, texts);
      const { fields } = await tell(catalogue).catch((error: unknown) => {
        if (!(error instanceof FrameTooLarge)) throw error;
        return tell({ server, pins: undefined, withheld: [], guesses: [], fault: 'they are too many to be told to workers' });
      });
      if (typeof fields['error'] === 'string')
        log.error('a worker does not believe the pins of a server', { server, error: fields['error'] });
    } catch (error) {
      log.warn('a worker did not take over the pins of a server', {
        server,
        error: error instanceof Error ? error : new Error(String(error)),
      });
    }
  };

  return {
    publish: async (publication, isNew) => {
      keep(publication);
      const change = { ...publication, texts: publication.texts.filter(isNew) };
      await Promise.all(links.all('worker').map((worker) => send(worker, change)));
    },
    announce: async (catalogue) => {
      await Promise.all(links.all('worker').map((worker) => send(worker, { catalogue, texts: [] })));
    },
    greet: async (worker, authority) => {
      for (const server of authority.servers()) {
        if (!worker.open) return;
        await authority.tell(server, (publication) => send(worker, publication));
      }
      worker.send('catalogue-told', {});
    },
  };
}
