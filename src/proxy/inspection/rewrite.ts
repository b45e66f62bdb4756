// A request as its server gets it: without what inspection took out, and with tokens turned back into their values where the config names this server for
// it. What a server is sent was judged before: rules, people and schemas saw what the agent wrote.

import { compileGlob, GatewayError } from '../../base/index.ts';
import type { InspectionDocument } from '../../inspection/index.ts';
import { parseJson, readMessage, splice } from '../../mcp/index.ts';
import type { Edit, Message } from '../../mcp/index.ts';
import { TOKEN, TOKEN_PREFIX } from './tokens.ts';
import type { Tokens, TokenScope } from './tokens.ts';

/** Where a request goes, and for whom. */
export interface Destination {
  readonly tenant: string;
  readonly server: string;
  readonly tool: string | undefined;
  readonly inspection: InspectionDocument;
}

/** A token of ours in a message: byte offsets. */
interface OwnToken {
  readonly start: number;
  readonly end: number;
  readonly value: string;
}

/** The message as it is sent; itself where nothing changes. */
export function rewritten<M extends Message>(message: M, edits: readonly Edit[], to: Destination, tokens: Tokens): M {
  const cut = edits.length === 0 ? message : reread(message, splice(message.document, edits));
  // Elsewhere stands what others read: an id comes back to the agent, a name is on record.
  const own = tokensIn(cut.document.bytes, tokens, scopesOf(to)).filter((one) => isValue(cut, one));
  if (own.length === 0) return cut;
  const back = own.map(({ start, end, value }) => ({ span: { start, end }, replacement: Buffer.from(JSON.stringify(value).slice(1, -1)) }));
  return reread(cut, splice(cut.document, back));
}

/** Where an agent puts values for a server. */
const VALUES: readonly (readonly string[])[] = [['params', 'arguments'], ['params', 'inputResponses'], ['result']];

function isValue({ document }: Message, { start, end }: OwnToken): boolean {
  return VALUES.some((path) => {
    const span = document.span(path);
    return span !== undefined && start >= span.start && end <= span.end;
  });
}

/** Every token in a message that was made for one of these. */
export function tokensIn(bytes: Uint8Array, tokens: Tokens, scopes: readonly TokenScope[]): readonly OwnToken[] {
  if (scopes.length === 0 || Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).indexOf(TOKEN_PREFIX) < 0) return [];
  const own: OwnToken[] = [];
  // One character is one byte, so places in the text are places in the message.
  for (const { 0: token, index } of Buffer.from(bytes).toString('latin1').matchAll(TOKEN)) {
    for (const scope of scopes) {
      const value = tokens.open(token, scope);
      if (value === undefined) continue;
      own.push({ start: index, end: index + token.length, value });
      break;
    }
  }
  return own;
}

function scopesOf({ tenant, server, tool, inspection }: Destination): readonly TokenScope[] {
  const fits = (names: readonly string[], name: string): boolean => names.some((glob) => compileGlob(glob)(name));
  return inspection.reveal
    .filter(({ servers, tools }) => fits(servers, server) && (tools === undefined || (tool !== undefined && fits(tools, tool))))
    .map(({ purpose }) => ({ tenant, purpose }));
}

/** Our own edit of a valid message is one; if it ever is not, nothing of it may be sent. */
function reread<M extends Message>(message: M, bytes: Uint8Array): M {
  const document = parseJson(bytes);
  const read = document.ok ? readMessage(document.value) : document;
  if (!read.ok || !isSameKind(message, read.value))
    throw new GatewayError('internal', { cause: new Error('an edited request is no valid message') });
  return read.value;
}

function isSameKind<M extends Message>(message: M, other: Message): other is M {
  return message.kind === other.kind;
}
