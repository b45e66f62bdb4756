import assert from 'node:assert/strict';
import { test } from 'node:test';
import { certificateEnd } from './certificate-end.ts';
import { createCa, createLeaf } from './certificates.fixture.ts';

test('the end of the first certificate of a chain', () => {
  const ca = createCa('Some CA');
  const { cert } = createLeaf(ca, ['gateway.example'], -1, 3);
  const ends = certificateEnd(`${String(cert)}\n${ca.certificate}`)?.getTime() ?? 0;
  const inHours = (ends - Date.now()) / 3_600_000;
  assert.ok(inHours > 2.9 && inHours < 3.1, String(inHours));
});

test('what is no certificate has no end', () => {
  for (const pem of ['', 'x', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'])
    assert.equal(certificateEnd(pem), undefined);
});
