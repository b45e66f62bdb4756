// What a browser has to read beside an answer, for pages of origins that the door let in (Fetch standard, CORS).

import type { ServerRequest } from '../http/index.ts';
import type { Reply } from './exchange.ts';

/** The headers that let a page read an answer. */
export function corsHeaders(origin: string): readonly string[] {
  return ['Access-Control-Allow-Origin', origin, 'Vary', 'Origin', 'Access-Control-Expose-Headers', 'Mcp-Session-Id, WWW-Authenticate'];
}

/** The same request, whose answers carry the CORS headers. */
export function withOrigin<Context>(request: ServerRequest<Context>, origin: string): Reply {
  const cors = corsHeaders(origin);
  return {
    get done() {
      return request.done;
    },
    respond: (status, headers, body) => request.respond(status, [...headers, ...cors], body),
    start: (status, headers) => request.start(status, [...headers, ...cors]),
    write: (bytes) => request.write(bytes),
    pass: (bytes) => request.pass(bytes),
    end: () => request.end(),
    abort: () => request.abort(),
    get onDrain() {
      return request.onDrain;
    },
    set onDrain(callback) {
      request.onDrain = callback;
    },
    get onHangup() {
      return request.onHangup;
    },
    set onHangup(callback) {
      request.onHangup = callback;
    },
  };
}
