// A worker's end of the catalogue: it believes what the keeper signed, whoever brought it.

import { createCatalogue, DEFINITION_KINDS, isServerCatalogue } from '../tools/index.ts';
import type { Catalogue, CatalogueOptions, DefinitionKind, ServerCatalogue } from '../tools/index.ts';
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
  /** Whether everything that is approved is known here: before that, what is approved would look like what was never seen. */
  readonly isTold: boolean;
  /** Asks the keeper how it signs; what came before is read then. Resolves once everything is told. */
  open(): Promise<void>;
  /** Control is away: what was handed out last is on disk, signed as ever. */
  readLast(dataFolder: string): void;
}

export interface CatalogueDoorOptions extends Pick<CatalogueOptions, 'nowMs' | 'onChanged'> {
  readonly links: Links;
  readonly log: Log;
}

export function createCatalogueDoor({ links, log, nowMs, onChanged }: CatalogueDoorOptions): CatalogueDoor {
  /** Until the keeper has said how it signs, nothing is believed, and the worker opens no listener. */
  let isSignedByKeeper: (text: string, signature: string) => boolean = () => false;
  let unread: ServerCatalogue[] | undefined = [];
  let isTold = false;
  let whenTold: () => void = () => {};
  const told = new Promise<void>((resolve) => (whenTold = resolve));
  /** The versions that the keeper knows to be in the store. */
  let signedLast: ReadonlyMap<string, number> = new Map();
  /** Servers that control has spoken of: what it says is never older than what is on disk. */
  const heard = new Set<string>();
  /** Lists that servers say have changed, once for each turn of the loop: a server may say it over and over. */
  const doubted = new Map<string, { readonly server: string; readonly kind: DefinitionKind }>();
  const tellDoubts = (): void => {
    for (const said of doubted.values()) links.get('control')?.send('list-changed', said);
    doubted.clear();
  };
  const catalogue = createCatalogue({
    nowMs,
    verify: (text, signature) => isSignedByKeeper(text, signature),
    ...(onChanged !== undefined && { onChanged }),
    onDoubted: (server, kind) => {
      if (doubted.size === 0) setImmediate(tellDoubts);
      doubted.set(`${server} ${kind}`, { server, kind });
    },
  });

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

  /** A copy from a backup is signed as well: only the keeper knows that it is not the last. */
  const isOutdated = ({ server, pins }: ServerCatalogue): boolean => (pins?.version ?? 0) < (signedLast.get(server) ?? 0);
  const setTold = (): void => {
    isTold = true;
    whenTold();
  };

  return {
    catalogue,
    get isTold() {
      return isTold;
    },
    open: async () => {
      const { fields } = await links.request('keeper', 'pins', {}, KEY_TIMEOUT_MS);
      if (typeof fields['publicKey'] === 'string') isSignedByKeeper = verifierOf(fields['publicKey']);
      else log.error('the keeper cannot say how it signs: everything that was approved is withheld', { error: String(fields['error']) });
      signedLast = versionsIn(fields['heads']);
      const waiting = unread ?? [];
      unread = undefined;
      for (const one of waiting) adopt(one);
      await told;
    },
    readLast: (dataFolder) => {
      for (const { catalogue: said, texts } of readLastCatalogues(dataFolder)) {
        if (heard.has(said.server)) continue;
        catalogue.learn(said.server, texts);
        adopt(
          said.fault === undefined && isOutdated(said) ? { ...said, fault: 'their last copy is older than what was signed last' } : said,
        );
        heard.add(said.server);
      }
      for (const server of signedLast.keys())
        if (!heard.has(server)) adopt({ server, pins: undefined, withheld: [], guesses: [], fault: 'their last copy is missing' });
      setTold();
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
        if (!isServerCatalogue(said)) return frame.reply({ error: 'the catalogue has no known form' });
        heard.add(said.server);
        const problem = adopt(said);
        frame.reply(problem === undefined ? {} : { error: problem });
      },
      'catalogue-told': setTold,
      'list-changed': (frame) => {
        const kind = DEFINITION_KINDS.find((one) => one === frame.fields['kind']);
        if (kind !== undefined) catalogue.doubt(String(frame.fields['server']), kind, 'elsewhere');
      },
    },
  };
}

function versionsIn(heads: unknown): ReadonlyMap<string, number> {
  if (typeof heads !== 'object' || heads === null) return new Map();
  return new Map(
    Object.entries(heads).flatMap(([server, head]: [string, unknown]) =>
      typeof head === 'object' && head !== null && 'version' in head && typeof head.version === 'number' && head.version > 0
        ? [[server, head.version] as const]
        : [],
    ),
  );
}
