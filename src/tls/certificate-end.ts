// When a certificate ends, for whoever watches it.

import { X509Certificate } from 'node:crypto';

/** When the first certificate of a PEM text ends; undefined where it cannot be read, which is for others to say. */
export function certificateEnd(pem: string): Date | undefined {
  try {
    const { validToDate } = new X509Certificate(pem);
    return Number.isNaN(validToDate.getTime()) ? undefined : validToDate;
  } catch {
    return undefined;
  }
}
