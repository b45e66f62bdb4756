// The last catalogues on disk, a file for each server, where a worker finds them when control is away. The files need no protection: pins are signed,
// and each definition is proven by its pin.

import { closeSync, fsyncSync, mkdirSync, openSync, readdirSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { isServerCatalogue } from '../tools/pins.ts';
import type { ApprovedText, ServerCatalogue } from '../tools/index.ts';

/** What workers are told of one server, with every definition that is approved. */
export interface Publication {
  readonly catalogue: ServerCatalogue;
  readonly texts: readonly ApprovedText[];
}

const FORMAT = 1;
const ENDING = '.json';

/** Makes the folder; gives back what keeps a publication in it. All or nothing, also across a power cut. */
export function createCatalogueFiles(dataFolder: string): (publication: Publication) => void {
  const folder = catalogueFolder(dataFolder);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return ({ catalogue, texts }) => {
    const file = join(folder, catalogue.server + ENDING);
    const fd = openSync(`${file}.new`, 'w', 0o600);
    try {
      writeSync(fd, JSON.stringify({ format: FORMAT, catalogue, texts }));
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    renameSync(`${file}.new`, file);
  };
}

/** The catalogues as they were handed out last. One that cannot be read is told as a fault: everything of that server is withheld. */
export function readLastCatalogues(dataFolder: string): readonly Publication[] {
  const folder = catalogueFolder(dataFolder);
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith(ENDING))
      .map((name) => readLast(join(folder, name), name.slice(0, -ENDING.length)));
  } catch {
    return [];
  }
}

function readLast(file: string, server: string): Publication {
  try {
    const value: unknown = JSON.parse(readFileSync(file, 'utf8'));
    if (isPublication(value) && value.catalogue.server === server) return value;
  } catch {
    // Said below.
  }
  return { catalogue: { server, pins: undefined, withheld: [], guesses: [], fault: 'their last copy cannot be read' }, texts: [] };
}

function isPublication(value: unknown): value is Publication {
  if (typeof value !== 'object' || value === null || !('format' in value) || value.format !== FORMAT) return false;
  if (!('catalogue' in value) || !isServerCatalogue(value.catalogue)) return false;
  return 'texts' in value && Array.isArray(value.texts) && value.texts.every(isText);
}

function isText(value: unknown): value is ApprovedText {
  if (typeof value !== 'object' || value === null || !('fingerprint' in value) || !('text' in value)) return false;
  return typeof value.fingerprint === 'string' && typeof value.text === 'string';
}

/** Where they are. */
export function catalogueFolder(dataFolder: string): string {
  return join(dataFolder, 'catalogue');
}
