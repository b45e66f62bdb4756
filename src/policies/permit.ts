// The permit: forwarding needs one, and only settle() makes them. A class because it must not be forgeable: the #envelope makes both the
// compiler and isPermit() refuse an object that merely looks like one, and the constructor works only from this file, since any
// permit leads to it by `permit.constructor`. A permit works once: using it twice would forward the same bytes twice under one
// decision and one record.

import { GatewayError } from '../base/index.ts';
import type { Envelope, Obligations } from './types.ts';

const MINT = Symbol('mint');

/** Leave to forward one envelope, once. */
export class Permit<Payload = unknown> {
  #envelope: Envelope<Payload> | undefined;
  /** The rule that allowed it. */
  readonly rule: string;
  readonly obligations: Obligations;

  constructor(mint: symbol, envelope: Envelope<Payload>, rule: string, obligations: Obligations) {
    if (mint !== MINT) throw new GatewayError('internal', { cause: new Error('only settle() makes permits') });
    this.#envelope = envelope;
    this.rule = rule;
    this.obligations = obligations;
  }

  /** The envelope, the first time; afterwards a fault. */
  take(): Envelope<Payload> {
    const envelope = this.#envelope;
    if (envelope === undefined) throw new GatewayError('internal', { cause: new Error('a permit was used twice') });
    this.#envelope = undefined;
    return envelope;
  }

  /** Whether this is a permit made here, used or not. */
  static is(value: unknown): value is Permit {
    return typeof value === 'object' && value !== null && #envelope in value;
  }
}

/** Makes a permit. Nobody but settle() may call this. */
export function mintPermit<Payload>(envelope: Envelope<Payload>, rule: string, obligations: Obligations): Permit<Payload> {
  return new Permit(MINT, envelope, rule, obligations);
}

/** Whether a value is a permit that settle() made. */
export function isPermit(value: unknown): value is Permit {
  return Permit.is(value);
}
