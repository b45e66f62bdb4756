// The last words of a critical call wait until how it ended is on disk.

import type { ServerSentEvent } from '../http/index.ts';
import type { Call } from './exchange.ts';

/** The last event, as it can wait: where its data came from is used again. */
export function toKeep(call: Call, event: ServerSentEvent): ServerSentEvent {
  return call.isCritical === true && event.data !== undefined ? { ...event, data: new Uint8Array(event.data) } : event;
}
