// The permit: forwarding needs one, and only settle() makes them. A class because it must not be forgeable: the #brand makes both
// the compiler and isPermit() refuse an object that merely looks like one. It works once: replaying a permit would forward the same
// bytes twice under one decision and one record.

import { GatewayError } from '../base/index.ts';
import type { Envelope, Obligations } from './types.ts';

/** Leave to forward one envelope, once. */
export class Permit<Payload = unknown> {
  #brand: Envelope<Payload> | undefined;
  /** The rule that allowed it. */
  readonly rule: string;
  readonly obligations: Obligations;

  constructor(envelope: Envelope<Payload>, rule: string, obligations: Obligations) {
    this.#brand = envelope;
    this.rule = rule;
    this.obligations = obligations;
  }

  /** The envelope, the first time; afterwards a fault. */
  take(): Envelope<Payload> {
    const envelope = this.#brand;
    if (envelope === undefined) throw new GatewayError('internal', { cause: new Error('a permit was used twice') });
    this.#brand = undefined;
    return envelope;
  }

  /** Whether this is a permit made here, used or not. */
  static is(value: unknown): value is Permit {
    return typeof value === 'object' && value !== null && #brand in value;
  }
}

/** Whether a value is a permit that settle() made. */
export function isPermit(value: unknown): value is Permit {
  return Permit.is(value);
}
