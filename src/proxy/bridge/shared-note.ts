// A notification that is told to many: looked into once, and said to each under the id of its own subscription.

import { metaOf, sameMessage, setMembers, subscriptionMeta, writeNotification } from '../../mcp/index.ts';
import type { JsonObject, MessageId } from '../../mcp/index.ts';
import type { Ports } from '../exchange.ts';
import { surfaceOf } from '../inspection/answer-treatment.ts';
import type { NoteMessage } from './party.ts';

/** Of what is said beside the change itself. It is said to all, so that each byte of it may be ten thousand. */
const MAX_NOTE_BYTES = 16 * 1024;

/** What is told. */
export interface SharedNote {
  /** Nothing was found in it, whoever hears it. */
  readonly isClean: boolean;
  /** The notification of one subscription. */
  under(id: MessageId): NoteMessage;
}

/** Prepares what a server said on a shared stream. */
export function createSharedNote(heard: NoteMessage, { inspector }: Pick<Ports, 'inspector'>): SharedNote {
  const said = heard.document.bytes.length > MAX_NOTE_BYTES ? bare(heard) : heard;
  const isTagged = metaOf(said.params) !== undefined;
  // Those who come by one program mostly have the same id.
  let last: { readonly id: MessageId; readonly note: NoteMessage } | undefined;
  return {
    isClean: inspector.lookNow(said.document.bytes, surfaceOf(said)).length === 0,
    under: (id) => {
      if (last?.id !== id) last = { id, note: isTagged ? tagged(said, id) : said };
      return last.note;
    },
  };
}

function tagged(said: NoteMessage, id: MessageId): NoteMessage {
  return sameMessage('notification', setMembers(said.document, [{ path: ['params', '_meta'], members: subscriptionMeta(id) }]));
}

/** What has changed, without whatever else stands beside that. */
function bare({ method, params }: NoteMessage): NoteMessage {
  const uri = params?.['uri'];
  const about: JsonObject = typeof uri === 'string' ? { uri } : {};
  return writeNotification(method, { ...about, _meta: {} });
}
