import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { compileDetectors } from '../compile.ts';
import { searchText } from '../search-text.ts';
import { createRandom, jsonWebToken, privateKey, sampleOf } from './secrets.fixture.ts';
import { SECRETS } from './secrets.ts';

const compiled = compileDetectors(SECRETS, { sweeps: [], readers: [] });
assert.ok(compiled.ok);
const engine = compiled.value;

/** What is found in a text, as it stands there. */
function secretsIn(text: string, key = ''): readonly string[] {
  return searchText(engine, text, 'answer', key).map(({ start, end }) => text.slice(start, end));
}

function typesIn(text: string, key = ''): readonly string[] {
  return searchText(engine, text, 'answer', key).map(({ type }) => type);
}

/** What somebody would think up, and what a generator would write: joined here, so that it is nowhere in this file. */
const PASSWORD = ['qz7', 'Lm!', 'v04x'].join('');
const GENERATED = sampleOf('{alnum:32}', createRandom(5)).secret;
const HEX = sampleOf('{hex:40}', createRandom(6)).secret;

describe('private keys', () => {
  const labels = [
    'PRIVATE KEY',
    'RSA PRIVATE KEY',
    'EC PRIVATE KEY',
    'DSA PRIVATE KEY',
    'ENCRYPTED PRIVATE KEY',
    'OPENSSH PRIVATE KEY',
    'PGP PRIVATE KEY BLOCK',
  ];
  for (const label of labels) {
    it(`are found from their first line to their last: ${label}`, () => {
      const key = privateKey(label, createRandom(1));
      assert.deepEqual(secretsIn(`Here it is:\n${key}\nKeep it.`), [key]);
      assert.deepEqual(secretsIn(`const key = ${JSON.stringify(key)};`), [JSON.stringify(key).slice(1, -1)]);
      assert.deepEqual(secretsIn(`first\n${key}\nsecond\n${key}\n`), [key, key]);
    });
  }

  it('are found with the headers of encrypted ones, and to the end of the longest there are', () => {
    const key = privateKey('RSA PRIVATE KEY', createRandom(2), 100).replace(
      '\n',
      '\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,0011\n\n',
    );
    assert.deepEqual(secretsIn(key), [key]);
  });

  it('are found as far as there is key, where the last line is missing', () => {
    const key = privateKey('PRIVATE KEY', createRandom(3));
    const cut = key.slice(0, key.indexOf('-----END') - 1);
    assert.deepEqual(secretsIn(`${cut}\n\n# what follows is a comment`), [cut]);
  });

  it('are not what only stands between such lines, nor public keys', () => {
    assert.deepEqual(secretsIn('-----BEGIN PRIVATE KEY-----\nyour key here\n-----END PRIVATE KEY-----'), []);
    assert.deepEqual(secretsIn('-----BEGIN PRIVATE KEY-----\n...\n-----END PRIVATE KEY-----'), []);
    assert.deepEqual(secretsIn(privateKey('PUBLIC KEY', createRandom(4))), []);
    assert.deepEqual(secretsIn(privateKey('CERTIFICATE', createRandom(4))), []);
  });

  it('are found as PuTTY writes them, and as PKCS #12 in base64', () => {
    const lines = sampleOf('{base64:64}\n{base64:64}', createRandom(5)).secret;
    const putty = `PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\nComment: c\nPublic-Lines: 2\n${lines}\nPrivate-Lines: 2\n${lines}\nPrivate-MAC: ${HEX}`;
    assert.deepEqual(secretsIn(`${putty}\n`), [putty]);
    const header = [
      0x30, 0x82, 0x09, 0x79, 0x02, 0x01, 0x03, 0x30, 0x82, 0x09, 0x3f, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x01,
      0xa0,
    ];
    const store = Buffer.from([...header, ...Buffer.from(GENERATED.repeat(8))]).toString('base64');
    assert.deepEqual(typesIn(store), ['pkcs12-key']);
  });
});

describe('signed tokens', () => {
  it('are found whole, and only where they can be read', () => {
    const token = jsonWebToken(createRandom(8));
    assert.deepEqual(secretsIn(`Authorization: Bearer ${token}`), [token]);
    assert.deepEqual(typesIn(`{"id_token":"${token}"}`), ['json-web-token']);
    const [, claims = '', signature = ''] = token.split('.');
    assert.deepEqual(typesIn(`eyJub3QganNvbiBhdCBhbGw.${claims}.${signature}`), []);
  });
});

describe('credentials of registries', () => {
  const encoded = Buffer.from(`robot:${PASSWORD}`).toString('base64');

  it('are found in a text and by the name of a member', () => {
    assert.deepEqual(secretsIn(`{"auths":{"registry.host":{"auth":"${encoded}"}}}`), [encoded]);
    assert.deepEqual(secretsIn(encoded, 'auth'), [encoded]);
  });

  it('are none where it is no user and password, or the name goes on', () => {
    assert.deepEqual(secretsIn(encoded, 'author'), []);
    assert.deepEqual(secretsIn(Buffer.from('user:password').toString('base64'), 'auth'), []);
    assert.deepEqual(secretsIn('required', 'auth'), []);
  });
});

describe('credentials in addresses', () => {
  const found: readonly (readonly [text: string, secret: string])[] = [
    [`postgres://app:${PASSWORD}@db.internal:5432/orders`, `app:${PASSWORD}`],
    [`mongodb+srv://app:p@${PASSWORD}@c0.mongodb.net/orders?w=majority`, `app:p@${PASSWORD}`],
    [`redis://:${PASSWORD}@cache:6379/0`, `:${PASSWORD}`],
    [`jdbc:mysql://app:${PASSWORD}@db:3306/x`, `app:${PASSWORD}`],
    [`git clone https://${HEX}@git.host.net/a.git`, HEX],
    [`"https://deploy:${GENERATED}@git.host.net/a.git",`, `deploy:${GENERATED}`],
    [`amqp://svc:${PASSWORD}@mq/vhost and amqp://svc:other-${PASSWORD}@mq/vhost`, `svc:${PASSWORD}`],
  ];
  for (const [text, secret] of found) it(`are found: ${text.split('://')[0]}`, () => assert.equal(secretsIn(text)[0], secret));

  const none = [
    'postgres://user:password@localhost/db',
    'postgres://postgres:postgres@localhost/db',
    'postgres://${DB_USER}:${DB_PASS}@host/db',
    'postgres://$(USER):$(PASS)@host/db',
    'postgres://{{ user }}:{{ password }}@host/db',
    'mysql://<user>:<password>@host/db',
    'https://USERNAME:YOUR_TOKEN@github.com/a/b.git',
    'ftp://user:****@host/file',
    'redis://:%REDIS_PASSWORD%@host',
    'https://host.net:8443/path/@user/page',
    'ssh://git@github.com:22/a/b.git',
    'mail me@host.net or https://host.net/ask?to=me@host.net',
    'https://medium.com/@somebody/title-of-it-12ab34cd56ef',
    'npm:@scope/name@1.2.3 from https://packages.example/@scope/name/-/name-1.2.3.tgz',
  ];
  for (const text of none) it(`are not in ${text}`, () => assert.deepEqual(secretsIn(text), []));
});

describe('credentials on command lines and in headers', () => {
  const found: readonly (readonly [text: string, secret: string])[] = [
    [`curl -u admin:${PASSWORD} https://host.net`, `admin:${PASSWORD}`],
    [`curl -s --user 'api:${PASSWORD}' \\\n  https://host.net`, `api:${PASSWORD}`],
    [`curl --user=admin:"${PASSWORD}" host.net`, `admin:"${PASSWORD}`],
    [`curl -u "${PASSWORD}:" https://host.net`, `${PASSWORD}:`],
    [`curl -H 'Authorization: Bearer ${GENERATED}' https://host.net`, GENERATED],
    [`-H "authorization: token ${HEX}"`, HEX],
    [`Authorization: Basic ${Buffer.from(`admin:${PASSWORD}`).toString('base64')}`, Buffer.from(`admin:${PASSWORD}`).toString('base64')],
    [`headers: { Authorization: \`Bearer ${GENERATED}\` }`, GENERATED],
    [`{"Authorization":"ApiKey ${GENERATED}"}`, GENERATED],
    [`-H "X-Api-Key: ${GENERATED}"`, GENERATED],
    [`it sent Bearer ${GENERATED} and failed`, GENERATED],
    [`mysql -u root -p${PASSWORD} orders`, PASSWORD],
    [`tool login --password ${PASSWORD} --user me`, PASSWORD],
    [`tool login --token=${GENERATED}`, GENERATED],
    [`sshpass -p '${PASSWORD}' ssh host`, PASSWORD],
  ];
  for (const [index, [text, secret]] of found.entries())
    it(`are found: ${index}, ${text.slice(0, 16)}`, () => assert.deepEqual(secretsIn(text), [secret]));

  const none = [
    'curl -u user:pass https://host.net',
    'curl -u "$USER:$PASS" https://host.net',
    "curl -u '<user>:<password>' https://host.net",
    'curl -u ${USER}:${PASS} https://host.net',
    'docker run -u 1000:1000 image',
    'sudo -u postgres psql',
    'curl -u me https://host.net',
    'Authorization: Bearer <token>',
    'Authorization: Bearer $TOKEN',
    'Authorization: Bearer YOUR_API_KEY',
    'Authorization: Bearer xxxxxxxxxxxxxxxx',
    'Authorization: Basic dXNlcjpwYXNz',
    'The authorization: a matter of the basic principles of bearer securities',
    'a bearer token-authentication scheme; basic authentication-mechanisms',
    'mysql -u root -p orders',
    'PASSWORD: ${DB_PASSWORD:?required1}',
    'export API_TOKEN=${API_TOKEN?set-it-in-env-1}',
  ];
  for (const text of none) it(`are not in ${text}`, () => assert.deepEqual(secretsIn(text), []));
});

describe('values of names that promise a secret', () => {
  const found: readonly (readonly [text: string, secret: string])[] = [
    [`DB_PASSWORD=${PASSWORD}\nX=1`, PASSWORD],
    [`export API_KEY="${GENERATED}"`, GENERATED],
    [`password: ${PASSWORD}\n`, PASSWORD],
    [`  client_secret: '${GENERATED}'`, GENERATED],
    [`{"password":"${PASSWORD}","user":"me"}`, PASSWORD],
    [`{\\"password\\": \\"${PASSWORD}\\"}`, PASSWORD],
    [`const apiKey = '${GENERATED}';`, GENERATED],
    [`config.secretKey => "${GENERATED}",`, GENERATED],
    [`os.environ["AUTH_TOKEN"] = "${HEX}"`, HEX],
    [`<password>${PASSWORD}</password>`, PASSWORD],
    [`<add key="ClearTextPassword" value="${PASSWORD}" />`, PASSWORD],
    [`Server=db;User Id=app;Password=${PASSWORD};Encrypt=true`, PASSWORD],
    [`https://host.net/cb?access_token=${GENERATED}&state=1`, GENERATED],
    [`The password is ${PASSWORD}, tell nobody.`, PASSWORD],
    [`Passwort: ${PASSWORD}`, PASSWORD],
    [`db_password   = "${PASSWORD}"`, PASSWORD],
    [`password = "${'correct horse'.replace(' ', '-')}-battery-staple"`, ['correct', 'horse', 'battery', 'staple'].join('-')],
    [`"secret": "${HEX}"`, HEX],
    [`master_key: ${HEX}`, HEX],
  ];
  for (const [index, [text, secret]] of found.entries())
    it(`are found: ${index}, ${text.slice(0, 14)}`, () => assert.deepEqual(secretsIn(text), [secret]));

  const none = [
    'password: string',
    'password: (string) The password of the user',
    'password = get_password()',
    'password = req.body.password',
    "password = process.env['DB_PASSWORD']",
    'PASSWORD=changeme',
    'PASSWORD=your-password-here',
    'PASSWORD=<password>',
    'API_KEY=${API_KEY}',
    'API_KEY=YOUR_API_KEY',
    'API_KEY=xxxxxxxxxxxxxxxxxxxxxxxx',
    'apiKey: "my-api-key"',
    'token: abstract',
    'token = tokens[0]',
    'next_page_token=CAUQAAdd00x9Qq8aY2b7',
    '{"nextPageToken":"CAUQAAdd00x9Qq8aY2b7"}',
    '"progressToken": "a81bc81b4e7d4e5dabff0f7a1f8d4c11"',
    'max_tokens: 4096, total_tokens=16384',
    'csrf_token: 9f8e7d6c5b4a39281706f5e4d3c2b1a0',
    'public_key = MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE9f2',
    'secret_name: projects/12/secrets/db-password',
    'password_hash: 5f4dcc3b5aa765d61d8327deb882cf99',
    'token_type: bearer2x9',
    'secretsmanager:GetSecretValue',
    'the secret: nobody knows it, and the token was spent',
    'password must be at least 8 characters',
    'password: "Enter your password"',
    'passwordField: document.getElementById("pw1")',
    'keyboard: de-latin1-nodeadkeys',
    'api_key: arn:aws:secretsmanager:eu-west-1:123456789012:secret:prod-AbCdEf',
    'API_KEY_FILE=/run/secrets/api_key',
    'api_key_path: ./keys/api-key-1.txt',
    'commit 5eb4223e500846e5be67c7b8f2732305aabbccdd',
    'id: 5eb4223e-5008-46e5-be67-c7b8f2732305',
    'integrity: sha512-oqTDxNVbwSiJiWQ3sTmbJ2c4k1o0aRzW8lX9dFhV2mE5yG7pKsNuPbQvLtCwZxAr==',
  ];
  for (const text of none) it(`are not in ${text}`, () => assert.deepEqual(secretsIn(text), []));
});

describe('long values of names that promise a secret', () => {
  const long = sampleOf('{url:700}.{url:600}', createRandom(9)).secret;

  it('are found to their end', () => {
    assert.deepEqual(secretsIn(`access_token=${long}&state=1`), [long]);
    assert.deepEqual(secretsIn(`{"refreshToken": "${long}"}`), [long]);
    assert.deepEqual(secretsIn(long, 'access_token'), [long]);
  });

  it('are none where the name promises none', () => {
    assert.deepEqual(secretsIn(`image=${long}`), []);
    assert.deepEqual(secretsIn(`next_page_token=${long}`), []);
    assert.deepEqual(secretsIn(long), []);
  });
});

describe('values of members of JSON', () => {
  it('are found by the name of their member', () => {
    assert.deepEqual(secretsIn(PASSWORD, 'password'), [PASSWORD]);
    assert.deepEqual(secretsIn(GENERATED, 'apiKey'), [GENERATED]);
    assert.deepEqual(secretsIn(` ${HEX} `, 'client_secret'), [HEX]);
    assert.deepEqual(secretsIn(`Bearer ${GENERATED}`, 'Authorization'), [GENERATED]);
    assert.deepEqual(secretsIn(`${PASSWORD} und Käse`.replace(' und ', '-'), 'pass'), [`${PASSWORD}-Käse`]);
  });

  it('are none where the name means something else, or the value is none', () => {
    for (const key of ['nextPageToken', 'progressToken', 'publicKey', 'tokenType', 'passwordHint', 'name', 'cacheKey'])
      assert.deepEqual(secretsIn(GENERATED, key), []);
    for (const value of ['string', 'required', '', 'The password of the user', '${PASSWORD}', '********', 'true', 'hunter']) {
      assert.deepEqual(secretsIn(value, 'password'), [], value);
    }
  });
});

describe('secrets of Kubernetes', () => {
  const encoded = Buffer.from(PASSWORD).toString('base64');

  it('are all values under data and stringData', () => {
    const manifest = `apiVersion: v1\nkind: Secret\nmetadata:\n  name: db\ndata:\n  user: ${encoded}\n  pw: "${encoded}"\nstringData:\n  other: ${GENERATED}\ntype: Opaque\n`;
    assert.deepEqual(secretsIn(manifest), [encoded, encoded, GENERATED]);
    assert.deepEqual(secretsIn(`{"apiVersion":"v1","data":{"pw":"${encoded}"},"kind":"Secret"}`), [encoded]);
  });

  it('are values below their name, beside comments, and in another order', () => {
    const block = `data:\n  # of the database\n  pw: |-\n    ${encoded}\n  other: ${encoded} # said twice\nkind: Secret\n`;
    assert.deepEqual(secretsIn(block), [encoded, encoded]);
    assert.deepEqual(secretsIn(`kind: Secret\r\ndata:\r\n  pw: ${encoded}\r\n`), [encoded]);
  });

  it('are none where a template stands, in other kinds, or in another manifest of the file', () => {
    assert.deepEqual(secretsIn('kind: Secret\ndata:\n  pw: {{ .Values.pw | b64enc }}\n  other: ""\n'), []);
    assert.deepEqual(secretsIn(`kind: ConfigMap\ndata:\n  pw: ${encoded}\n`), []);
    assert.deepEqual(secretsIn(`kind: ConfigMap\ndata:\n  pw: ${encoded}\n---\nkind: Secret\ndata:\n  x: ""\n`), []);
  });
});

describe('phrases that are keys', () => {
  it('are found behind what says so', () => {
    const words = 'lunar copper ridge tunnel window basket orange silver meadow planet kitten harbor';
    assert.deepEqual(secretsIn(`mnemonic: "${words}"`), [words]);
    assert.deepEqual(secretsIn(`It says: ${words}.`), []);
  });
});
