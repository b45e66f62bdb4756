// Key stores (PKCS #12, RFC 7292) that somebody has read as if they were text: what is no UTF-8 in them has become U+FFFD, and the mark of a bag that holds
// a key is still there. As base64 they are found by `pkcs12-key` in secrets-generic.ts.

import type { Sweep } from '../types.ts';

/** The end of the object identifiers of keyBag and pkcs8ShroudedKeyBag, 1.2.840.113549.1.12.10.1.(1|2): the bytes in them that are ASCII. */
const KEY_BAGS = ['\r\u0001\f\n\u0001\u0001', '\r\u0001\f\n\u0001\u0002'].map((mark) => Buffer.from(mark, 'latin1'));

/** Finds keys from the mark of their bag to the end of the text. */
export const KEY_STORES: Sweep = {
  finds: [{ name: 'pkcs12-key-store', class: 'secret', confidence: 'high' }],
  needs: ['control'],
  run({ bytes, end, from, to }, emit) {
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (const mark of KEY_BAGS) {
      const at = text.indexOf(mark, from);
      if (at >= 0 && at < to) emit(0, at, end);
    }
  },
};
