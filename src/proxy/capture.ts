// What is sealed of a call because a rule wants it kept for a purpose: its parameters as they go to the server, and its result as it was released. The first
// is sealed before the decision is recorded, so that the record says so, and a call that cannot be sealed is not carried. The second is gathered while it
// leaves, as far as there is room, and sealed when all of it has left: no answer waits for that.

import { fingerprintOf, isOver, keptUntil, MAX_MESSAGE_BYTES, parseRecipient, toRecordedUri } from '../audit/index.ts';
import type { CapturePurpose, EnvelopePart, EnvelopeParts, SealedMessage, Sealing } from '../audit/index.ts';
import type { Allow } from '../policies/index.ts';
import type { Call, OutcomeStatus, Ports } from './exchange.ts';
import { outgoing } from './inspection/outgoing.ts';
import type { Leaving } from './inspection/outgoing.ts';
import { recordedName } from './inspection/recorded-name.ts';

/** What is gathered of the answer of a call. */
export interface Capturing {
  /** All of a result. */
  note(result: Uint8Array): void;
  /** A piece of an answer that leaves as it comes. */
  add(piece: Uint8Array): void;
  /** Seals what was gathered, of a call that ended like this; undefined: there is nothing, or the vault takes nothing. */
  seal(outcome: OutcomeStatus): SealedMessage | undefined;
}

/** Of a call that is let through: the purpose, and what is done to the request before it leaves. */
export interface Captured extends Leaving {
  readonly allow: Allow;
}

type CapturePorts = Pick<Ports, 'vault' | 'nowMs' | 'contracts' | 'tokens'>;

/** A call whose request was sealed. */
export interface BegunCapture {
  readonly request: SealedMessage;
  readonly answer: Capturing;
}

/** Answers that a server gave; what the gateway says instead is nobody's. */
const ANSWERED: ReadonlySet<OutcomeStatus> = new Set(['ok', 'tool_error', 'rpc_error']);
const NO_PARAMETERS = Buffer.from('{}');

/** Seals the request of a call, where a rule wants that. `refused`: it wants that, and the vault takes nothing. */
export function beginCapture(call: Call, captured: Captured, ports: CapturePorts): BegunCapture | 'refused' | undefined {
  const { audit } = captured.snapshot;
  const purpose = audit.purposes.find(({ name }) => name === captured.allow.obligations.capture);
  if (purpose === undefined || audit.capture === 'refused' || call.question.subject.kind === 'server') return undefined;
  // A purpose that has ended is no reason to keep anything, nor one to refuse what may be done.
  if (isOver(purpose, ports.nowMs())) return undefined;
  const parameters = parametersOf(call, captured, ports);
  const { subject } = call.arrival;
  const vaultKey = subject?.vaultKey;
  // Of somebody who was erased nothing is kept any more.
  if (parameters === undefined || subject === undefined || vaultKey === undefined) return undefined;
  const recipient = recipientOf(purpose);
  if (recipient === undefined) return 'refused';
  const seal = (part: EnvelopePart, message: Uint8Array, isCut: boolean): SealedMessage | undefined => {
    const parts = partsOf(call, { part, purpose, subject, isCut }, ports.nowMs());
    return ports.vault.seal(parts, message, { recipient, vaultKey });
  };
  const request = seal('arguments', parameters.subarray(0, MAX_MESSAGE_BYTES), parameters.length > MAX_MESSAGE_BYTES);
  if (request === undefined) return 'refused';
  return {
    request,
    answer: gather(ports.vault, (message, isCut) => (subject.vaultKey === undefined ? undefined : seal('result', message, isCut))),
  };
}

/** What goes on record of a sealed answer; it is kept once that is so. */
export function sealAnswer(call: Call, outcome: OutcomeStatus): SealedMessage | undefined {
  const { capturing } = call;
  if (capturing === undefined) return undefined;
  call.capturing = undefined;
  return capturing.seal(call.refusedWith === undefined ? outcome : 'refused');
}

/** The parameters as they go to the server; undefined where nothing goes there. */
function parametersOf(call: Call, leaving: Leaving, ports: CapturePorts): Uint8Array | undefined {
  const { inbound } = call;
  if ((inbound.kind !== 'modern' && inbound.kind !== 'legacy') || inbound.message.kind !== 'request') return undefined;
  const sent = outgoing(call, inbound.message, leaving, ports);
  if ('code' in sent) return undefined;
  const span = sent.document.span(['params']);
  return span === undefined ? NO_PARAMETERS : sent.document.bytes.subarray(span.start, span.end);
}

type SealGathered = (message: Uint8Array, isCut: boolean) => SealedMessage | undefined;

/** Gathers as much as an envelope holds and there is room for. */
function gather(vault: CapturePorts['vault'], seal: SealGathered): Capturing {
  let pieces: Uint8Array[] = [];
  let bytes = 0;
  let isCut = false;
  const clear = (): void => {
    vault.free(bytes);
    pieces = [];
    bytes = 0;
    isCut = false;
  };
  const add = (piece: Uint8Array): void => {
    if (isCut) return;
    const part = piece.subarray(0, MAX_MESSAGE_BYTES - bytes);
    const hasRoom = vault.reserve(part.length);
    isCut = !hasRoom || part.length < piece.length;
    if (!hasRoom) return;
    // What it lies in is used again.
    pieces.push(new Uint8Array(part));
    bytes += part.length;
  };
  return {
    add,
    note: (result) => {
      clear();
      add(result);
    },
    seal: (outcome) => {
      const message = bytes > 0 && ANSWERED.has(outcome) ? Buffer.concat(pieces) : undefined;
      const wasCut = isCut;
      clear();
      return message === undefined ? undefined : seal(message, wasCut);
    },
  };
}

interface About {
  readonly part: EnvelopePart;
  readonly purpose: CapturePurpose;
  readonly subject: { readonly pseudonym: string; readonly keyName: string };
  readonly isCut: boolean;
}

function partsOf(call: Call, { part, purpose, subject, isCut }: About, nowMs: number): EnvelopeParts {
  return {
    id: `${call.id}.${part === 'arguments' ? 'args' : 'result'}`,
    call: call.id,
    part,
    purpose: purpose.name,
    time: nowMs,
    until: keptUntil(purpose, nowMs),
    tenant: call.arrival.principal.tenant,
    server: call.server.name,
    name: toRecordedUri(recordedName(call) ?? ''),
    subject: subject.pseudonym,
    key: subject.keyName,
    recipient: fingerprintOf(purpose.recipient),
    isCut,
  };
}

/** Read once for each config: to see whether a key can be sealed to costs as much as sealing. */
const recipients = new WeakMap<CapturePurpose, { readonly key: Sealing['recipient'] | undefined }>();

function recipientOf(purpose: CapturePurpose): Sealing['recipient'] | undefined {
  let known = recipients.get(purpose);
  if (known === undefined) recipients.set(purpose, (known = { key: parseRecipient(purpose.recipient) }));
  return known.key;
}
