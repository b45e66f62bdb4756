// How a played session reaches the servers behind its route, and the modern requests that it makes.

import {
  checkModernRequest,
  encodeHeaderValue,
  LATEST_MODERN,
  METHODS,
  readSubject,
  toModernRequest,
  writeRequest,
} from '../../mcp/index.ts';
import type { JsonObject, MessageId, ModernRequest, ModernRetry, ModernSelf } from '../../mcp/index.ts';
import { GatewayError } from '../../base/index.ts';
import type { Call, Ports } from '../exchange.ts';
import type { Ask, Asking, Hearing, RequestMessage } from './party.ts';

/** A request in the modern form, with what it says. */
export type Wanted = Pick<Ask, 'message' | 'request'>;

/** Who is asked about the route as a whole. */
export type Whole = Pick<Call, 'server' | 'members'>;

/** The ways out of a session; both judge what goes out. */
export interface Reach {
  readonly ports: Ports;
  /** Asks for a call of the agent. */
  ask(ask: Ask, hearing: Hearing): Asking;
  /** Asks for the session itself, as a call of its own with its own record; `parent` says for whom. */
  askOwn(parent: Call, whole: Whole, wanted: Wanted, scope: string, hearing: Hearing): Asking;
}

/** An agent's request in the modern form; undefined where it cannot be put so. */
export function modernOf(message: RequestMessage, self: ModernSelf, retry?: ModernRetry): Wanted | undefined {
  const modern = toModernRequest(message, self, retry);
  const request = requestFrom(modern);
  return request === undefined ? undefined : { message: modern, request };
}

/** A request of the session's own. */
export function ownRequest(id: MessageId, method: string, params: JsonObject, self: ModernSelf): Wanted {
  const wanted = modernOf(writeRequest(id, method, params), self);
  if (wanted === undefined) throw new GatewayError('internal', { cause: new Error('a request of ours is not valid') });
  return wanted;
}

/** Reads it as a modern server would, with the headers that it will get. */
function requestFrom(message: RequestMessage): ModernRequest | undefined {
  const { method, params } = message;
  const rule = METHODS.get(method);
  const name = rule?.nameParam === undefined ? undefined : params?.[rule.nameParam];
  const mirrored = typeof name === 'string' ? encodeHeaderValue(name) : undefined;
  const checked = checkModernRequest(message, { protocolVersion: LATEST_MODERN, method, name: mirrored });
  if (!checked.ok || rule === undefined || !readSubject(method, rule, params).ok) return undefined;
  return checked.value;
}
