// Why a connection could not be made, as a kind for code and a sentence for the log. The sentence names what to do where
// something can be done; it never holds what the other side sent, and is not meant for agents.

/** Why `dial` failed. No request byte has left the process in any of these cases. */
export interface DialFailure {
  readonly kind:
    | 'unresolved'
    | 'address_refused'
    | 'unreachable'
    | 'timeout'
    | 'proxy_refused'
    | 'tls_untrusted'
    | 'tls_version'
    | 'tls_failed'
    | 'tls_settings'
    | 'cancelled';
  readonly detail: string;
}

/** The `code` of an error from node:net, node:dns or node:tls, or ''. */
export function errorCode(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

/** Explains why no TCP connection came about. */
export function explainConnect(where: string, error: unknown): DialFailure {
  const code = errorCode(error);
  const why =
    code === 'ECONNREFUSED'
      ? 'nothing listens there'
      : code === 'ENETUNREACH' || code === 'EHOSTUNREACH'
        ? 'there is no way there'
        : 'connecting failed';
  return { kind: 'unreachable', detail: `${where}: ${why} (${code || 'no code'})` };
}

// OpenSSL's verification results as Node spells them (X509_V_ERR_…), and what an operator can do about each.
const UNTRUSTED: ReadonlyMap<string, string> = new Map(
  Object.entries({
    CERT_HAS_EXPIRED: 'its certificate has expired; the server needs a new one',
    CERT_NOT_YET_VALID: 'its certificate is not valid yet; compare the clocks',
    DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is self-signed; give that certificate as tls.ca if it is the right one',
    SELF_SIGNED_CERT_IN_CHAIN: 'its certificate comes from a CA that is not trusted here; give the CA certificate as tls.ca',
    UNABLE_TO_GET_ISSUER_CERT: 'the CA of its certificate is not trusted here; give the CA certificate as tls.ca',
    UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'the CA of its certificate is not trusted here; give the CA certificate as tls.ca',
    UNABLE_TO_VERIFY_LEAF_SIGNATURE:
      'the CA of its certificate is not trusted here, or the server does not send its intermediate; give the CA certificate as tls.ca',
    CERT_SIGNATURE_FAILURE: 'its certificate was not signed by the CA given as tls.ca',
    CERT_REVOKED: 'its certificate is revoked',
    ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name; check the host in its URL',
  }),
);

// A protocol version below the minimum shows as the server's alert, or as our own refusal of its hello.
const VERSION_CODES = [
  'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION',
  'ERR_SSL_UNSUPPORTED_PROTOCOL',
  'ERR_SSL_VERSION_TOO_LOW',
  'ERR_SSL_LEGACY_SIGALG_DISALLOWED_OR_UNSUPPORTED',
];
const NOT_TLS_CODES = ['ERR_SSL_WRONG_VERSION_NUMBER', 'ERR_SSL_PACKET_LENGTH_TOO_LONG', 'ERR_SSL_HTTP_REQUEST'];

/** Explains why no TLS connection came about. */
export function explainTls(servername: string, minVersion: string, error: unknown): DialFailure {
  const code = errorCode(error);
  const untrusted = UNTRUSTED.get(code);
  if (untrusted !== undefined) return { kind: 'tls_untrusted', detail: `TLS with ${servername}: ${untrusted} (${code})` };
  if (VERSION_CODES.includes(code))
    return { kind: 'tls_version', detail: `TLS with ${servername}: the server speaks nothing from ${minVersion} on (${code})` };
  if (NOT_TLS_CODES.includes(code))
    return { kind: 'tls_failed', detail: `TLS with ${servername}: what answers there is not TLS; is the URL http://? (${code})` };
  return { kind: 'tls_failed', detail: `TLS with ${servername}: the handshake failed (${code || 'no code'})` };
}
