// Which TLS versions may be asked for as a minimum. Nothing older: TLS 1.0 and 1.1 are deprecated (RFC 8996) and Node would need weakened
// ciphers for them, which is not a setting but a waiver.

/** Values of `minVersion` in the config, the default first. */
export const MIN_VERSIONS = ['TLSv1.2', 'TLSv1.3'] as const;

/** The oldest version that a side accepts. */
export type MinVersion = (typeof MIN_VERSIONS)[number];
