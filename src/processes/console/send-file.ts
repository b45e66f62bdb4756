// Sends a file of the console. Paths that are no file are pages of the console, which finds its own way in the browser.

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ConsoleFile, ConsoleFiles } from './files.ts';

/** What a browser asks for when it goes to a page, and not for part of one. */
const PAGE = /\btext\/html\b/;

/** The file for a request; undefined: there is none. */
export function fileFor(files: ConsoleFiles, path: string, accept = ''): ConsoleFile | undefined {
  return files.find(path) ?? (PAGE.test(accept) && !path.startsWith('/assets/') ? files.index : undefined);
}

/** Answers with a file, or with the word that the browser has it already. */
export function sendFile(request: IncomingMessage, response: ServerResponse, file: ConsoleFile): void {
  const { gzipped } = file;
  const isGzip = gzipped !== undefined && /\bgzip\b/.test(String(request.headers['accept-encoding'] ?? ''));
  const etag = isGzip ? `"${file.etag}-gzip"` : `"${file.etag}"`;
  const headers = { etag, 'cache-control': file.cacheControl, ...(gzipped === undefined ? {} : { vary: 'accept-encoding' }) };
  if (namesTag(request.headers['if-none-match'], etag)) return void response.writeHead(304, headers).end();
  const body = isGzip ? gzipped : file.bytes;
  response.writeHead(200, {
    ...headers,
    'content-type': file.type,
    'content-length': body.length,
    ...(isGzip ? { 'content-encoding': 'gzip' } : {}),
  });
  response.end(request.method === 'HEAD' ? undefined : body);
}

function namesTag(header: string | undefined, etag: string): boolean {
  return header?.split(',').some((one) => one.trim().replace(/^W\//, '') === etag) === true;
}
