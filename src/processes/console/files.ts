// The files of the console, read once when the process starts: what is not among them cannot be asked for, however it is spelled. Names of assets change with
// what is in them, so browsers keep these for ever and ask for everything else again.

import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname, join, relative, sep } from 'node:path';
import { gzipSync } from 'node:zlib';

/** One file, ready to be sent. */
export interface ConsoleFile {
  readonly type: string;
  readonly cacheControl: string;
  /** Of the file as it is; a compressed one has another, for it is other bytes. */
  readonly etag: string;
  readonly bytes: Uint8Array;
  /** Undefined where that would be no smaller. */
  readonly gzipped: Uint8Array | undefined;
}

/** All there are. */
export interface ConsoleFiles {
  /** Undefined: it was not built. */
  readonly index: ConsoleFile | undefined;
  /** By the path of a request, from the slash on. */
  find(path: string): ConsoleFile | undefined;
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.json': 'application/json',
  '.webmanifest': 'application/manifest+json',
  '.txt': 'text/plain; charset=utf-8',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
};
const COMPRESSIBLE = /^(?:text\/|image\/svg|application\/)/;
const INDEX = '/index.html';
const FOR_EVER = 'public, max-age=31536000, immutable';
const ASK_AGAIN = 'no-cache';

/**
 * Reads a folder.
 * @param folder what Vite has built; where it is not there, there are no files
 */
export function readConsoleFiles(folder: string): ConsoleFiles {
  const files = new Map(
    listFiles(folder).flatMap((path): [string, ConsoleFile][] => {
      const type = TYPES[extname(path)];
      // What has no type here, like a source map, is none of a browser's business.
      return type === undefined ? [] : [[urlPath(folder, path), toFile(readFileSync(path), type, urlPath(folder, path))]];
    }),
  );
  return { index: files.get(INDEX), find: (path) => files.get(path === '/' ? INDEX : path) };
}

function listFiles(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

function urlPath(folder: string, path: string): string {
  return `/${relative(folder, path).split(sep).join('/')}`;
}

function toFile(bytes: Uint8Array, type: string, path: string): ConsoleFile {
  const gzipped = COMPRESSIBLE.test(type) ? gzipSync(bytes) : undefined;
  return {
    type,
    cacheControl: path.startsWith('/assets/') ? FOR_EVER : ASK_AGAIN,
    etag: createHash('sha256').update(bytes).digest('base64url').slice(0, 22),
    bytes,
    gzipped: gzipped !== undefined && gzipped.length < bytes.length ? gzipped : undefined,
  };
}
