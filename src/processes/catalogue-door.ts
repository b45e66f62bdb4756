// A worker's end of the catalogue: it believes what the keeper signed, whoever brought it.

import { createCatalogue, isServerCatalogue } from '../tools/index.ts';
import type { Catalogue, ServerCatalogue } from '../tools/index.ts';
import type { Log } from '../telemetry/index.ts';
import { readLastCatalogues } from './catalogue-files.ts';
import type { Links } from './child.ts';
import type { Door } from './conversation.ts';
import { readTexts } from './definition-frames.ts';
import { verifierOf } from './pin-keeping.ts';

const KEY_TIMEOUT_MS = 5_000;

/** The door, and what the road reads. */
export interface CatalogueDoor extends Door {
  readonly catalogue: Catalogue;
  /** Asks the keeper how it signs; what came before is read then. */
  open(): Promise<void>;
  /** Control is away: what was handed out last is on disk, signed as ever. */
  readLast(dataFolder: string): void;
}

export function createCatalogueDoor(options: { readonly links: Links; readonly log: Log; readonly nowMs: () => number }): CatalogueDoor {
  const { links, log } = options;
  /** Until the keeper has said how it signs, nothing is believed, and the worker opens no listener. */
  let isSignedByKeeper: (text: string, signature: string) => boolean = () => false;
  let unread: ServerCatalogue[] | undefined = [];
  const catalogue = createCatalogue({ nowMs: options.nowMs, verify: (text, signature) => isSignedByKeeper(text, signature) });

  /** Takes over what is approved of a server; gives back why it is not to be believed, and then it is withheld. */
  const adopt = (said: ServerCatalogue): string | undefined => {
    if (unread !== undefined) {
      unread.push(said);
      return undefined;
    }
    const fault = catalogue.adopt(said);
    if (fault !== undefined) log.error('everything of a server is withheld', { server: said.server, reason: fault });
    return fault;
  };

  return {
    catalogue,
    open: async () => {
      const { fields } = await links.request('keeper', 'pins', {}, KEY_TIMEOUT_MS);
      if (typeof fields['publicKey'] === 'string') isSignedByKeeper = verifierOf(fields['publicKey']);
      else log.error('the keeper cannot say how it signs: everything that was approved is withheld', { error: String(fields['error']) });
      const waiting = unread ?? [];
      unread = undefined;
      for (const one of waiting) adopt(one);
    },
    readLast: (dataFolder) => {
      for (const { catalogue: said, texts } of readLastCatalogues(dataFolder)) {
        catalogue.learn(said.server, texts);
        adopt(said);
      }
    },
    hears: {
      definitions: (frame) => {
        const { server } = frame.fields;
        const texts = readTexts(frame);
        if (typeof server === 'string' && texts !== undefined) catalogue.learn(server, texts);
        else log.error('definitions of no known form were dropped');
      },
      catalogue: (frame) => {
        const said = frame.fields['catalogue'];
        const problem = isServerCatalogue(said) ? adopt(said) : 'the catalogue has no known form';
        frame.reply(problem === undefined ? {} : { error: problem });
      },
      // Everything that is approved has been said.
      'catalogue-told': () => {},
    },
  };
}
