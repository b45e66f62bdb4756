import assert from 'node:assert/strict';
import { test } from 'node:test';
import { errorCode, explainConnect, explainTls } from './dial-failure.ts';

function coded(code: string): Error {
  return Object.assign(new Error('text of the library'), { code });
}

for (const [code, says] of [
  ['ECONNREFUSED', 'nothing listens there (ECONNREFUSED)'],
  ['ENETUNREACH', 'there is no way there (ENETUNREACH)'],
  ['EHOSTUNREACH', 'there is no way there (EHOSTUNREACH)'],
  ['ETIMEDOUT', 'connecting failed (ETIMEDOUT)'],
  ['', 'connecting failed (no code)'],
] as const) {
  test(`connecting: ${code || 'an error without code'}`, () => {
    assert.deepEqual(explainConnect('10.0.0.1 port 80', code === '' ? new Error('x') : coded(code)), {
      kind: 'unreachable',
      detail: `10.0.0.1 port 80: ${says}`,
    });
  });
}

for (const [code, kind, says] of [
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'tls_untrusted', /self-signed; give that certificate as tls\.ca/],
  ['CERT_HAS_EXPIRED', 'tls_untrusted', /expired/],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'tls_untrusted', /another name/],
  ['ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION', 'tls_version', /nothing from TLSv1\.3 on/],
  ['ERR_SSL_WRONG_VERSION_NUMBER', 'tls_failed', /is the URL http:/],
  ['ECONNRESET', 'tls_failed', /handshake failed \(ECONNRESET\)/],
  ['', 'tls_failed', /handshake failed \(no code\)/],
  // A name that every object has must not be taken for a row of the table.
  ['constructor', 'tls_failed', /handshake failed \(constructor\)/],
] as const) {
  test(`TLS: ${code || 'an error without code'} is ${kind}`, () => {
    const failure = explainTls('tools.example', 'TLSv1.3', code === '' ? 'not even an error' : coded(code));
    assert.equal(failure.kind, kind);
    assert.match(failure.detail, says);
    assert.doesNotMatch(failure.detail, /text of the library/);
  });
}

test('only a textual code is a code', () => {
  assert.equal(errorCode(Object.assign(new Error('x'), { code: 5 })), '');
  assert.equal(errorCode(null), '');
});
