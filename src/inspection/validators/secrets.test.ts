import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { checkDigitsOf, crc32, hasCheckDigits } from './base62.ts';
import { isMasked, isMaskedOrRepeated, isPlaceholder } from './placeholders.ts';
import { entropyOf, isWordy, longestRun, looksRandom } from './randomness.ts';
import { kindOf, wordsOf } from './secret-names.ts';
import { isJsonWebToken } from './secret-forms.ts';

describe('checksums of tokens', () => {
  it('are CRC-32, in six digits of base 62', () => {
    assert.equal(crc32('123456789'), 0xcbf43926);
    assert.equal(checkDigitsOf('').length, 6);
    const body = 'abc'.repeat(10);
    assert.ok(hasCheckDigits(`ghp_${body}${checkDigitsOf(body)}`));
    assert.ok(!hasCheckDigits(`ghp_x${body.slice(1)}${checkDigitsOf(body)}`));
  });
});

describe('randomness', () => {
  it('is measured in bits of each character, and in runs of one', () => {
    assert.equal(entropyOf(''), 0);
    assert.equal(entropyOf('aaaa'), 0);
    assert.equal(entropyOf('abcd'), 2);
    assert.equal(longestRun('aabbbcc'), 3);
    assert.equal(longestRun(''), 0);
  });

  it('is not in words, however they are joined', () => {
    for (const text of [
      'requiredCharacteristicTypes',
      'get_access_token_from_request',
      'authentication',
      'NOT-THE-REAL-THING',
      'src/inspection/validators/index',
    ]) {
      assert.ok(isWordy(text), text);
      assert.ok(!looksRandom(text), text);
    }
  });

  it('is in what was drawn', () => {
    for (const text of ['q8Zr2LmX0vT5', '9f8e7d6c5b4a39281706f5e4d3c2b1a0', 'Kx7-_pQ2mVbN']) assert.ok(looksRandom(text), text);
    for (const text of ['aaaaaaaaaaaa', 'abc', 'abababab']) assert.ok(!looksRandom(text), text);
  });
});

describe('placeholders', () => {
  const placeholders = [
    '',
    'x',
    'xxxx',
    'XXXX-XXXX',
    '****',
    '...',
    'aaaaaaaa',
    '${TOKEN}',
    '$TOKEN',
    '$(cat file)',
    '{{ token }}',
    '<token>',
    '<your token',
    '[TOKEN]',

    '{token}',
    '%TOKEN%',
    '%s',
    '@TOKEN@',
    '#{token}',
    '__TOKEN__',
    ':password',
    'password',
    'your-token-here',
    'changeme',
    'CHANGE_ME',
    'insert_key_here',

    'my-secret-value',
    'test123',
    'user:pass'.split(':')[1] ?? '',
    'foo',
    'foobar',
    'replace-with-x9',
    'example-key-12',
    'not-a-real-key',
    'null',
    'undefined',
    'TBD',
  ];
  for (const value of placeholders) it(`are what is to be filled in: ${value}`, () => assert.ok(isPlaceholder(value)));

  for (const value of ['q8Zr2LmX0vT5', 'Tr0ub4dor&3', 'P@ss$1word9', '{ZqL5kVrX1n8tA2}', 'winter2019', 'hunter2', 'secret123']) {
    it(`are not what people take: ${value}`, () => assert.ok(!isPlaceholder(value)));
  }

  it('are what repeats the name that it is given to', () => {
    assert.ok(isPlaceholder('password123', 'db_password'));
    assert.ok(!isPlaceholder('secret123', 'api_key'));
  });

  it('may be masked in part', () => {
    assert.ok(isMasked('sk-abcdxxxxxxxx'));
    assert.ok(!isMasked('sk-AAAAAAAAAAAAAAAA'));
    assert.ok(isMaskedOrRepeated('sk-AAAAAAAAAAAAAAAA'));
    assert.ok(!isMaskedOrRepeated('q8Zr2LmX0vT5'));
  });
});

describe('names of secrets', () => {
  it('are read word by word', () => {
    assert.deepEqual(wordsOf('myAPIKey_2'), ['my', 'api', 'key', '2']);
    assert.deepEqual(wordsOf(''), []);
  });

  for (const name of [
    'password',
    'DB_PASSWORD',
    'dbPassword1',
    'userpass',
    'PGPASSWORD',
    'password_confirmation',
    'passWord',
    'mysqlpassword',
    '--password',
  ]) {
    it(`promise a password: ${name}`, () => assert.equal(kindOf(name), 'password'));
  }
  for (const name of [
    'api_key',
    'apiKey',
    'X-Api-Key',
    'client_secret',
    'accessToken',
    'AWS_SECRET_ACCESS_KEY',
    'secretKey2',
    'bot-token',
    'credentials',
    'token_prod',
    'mysecret',
  ]) {
    it(`promise what was generated: ${name}`, () => assert.equal(kindOf(name), 'token'));
  }
  const others = [
    '',
    'key',
    'public_key',
    'publicKey',
    'nextPageToken',
    'max_tokens',
    'token_type',
    'secret_name',
    'password_hint',
    'csrf-token',
    'keyboard',
    'passenger',
    'tokenizer',
    'primary_key',
  ];
  for (const name of others) it(`promise nothing: ${name}`, () => assert.equal(kindOf(name), undefined));
});

describe('signed tokens', () => {
  const part = (text: string): string => Buffer.from(text).toString('base64url');

  it('have a header and claims that are objects', () => {
    assert.ok(isJsonWebToken(`${part('{"alg":"none"}')}.${part('{"sub":"a"}')}.x`));
    assert.ok(isJsonWebToken(`${part('{"alg":"dir","enc":"A256GCM"}')}..iv.ciphertext.tag`));
    assert.ok(!isJsonWebToken(`${part('{"name":"a"}')}.${part('{"sub":"a"}')}.x`));
    assert.ok(!isJsonWebToken(`${part('["alg"]')}.${part('{"sub":"a"}')}.x`));
    assert.ok(!isJsonWebToken(`${part('{"alg":"none"}')}.${part('sub')}.x`));
    assert.ok(!isJsonWebToken(''));
  });
});
