import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { declaredIn, DEFAULT_ASKS, faultOfQuestion, faultOfUndeclared } from './questions.ts';
import { soundsLikeSecret } from './secret-words.ts';

const form = (properties: Record<string, unknown>, message = 'Please fill this in') => ({
  mode: 'form',
  message,
  requestedSchema: { type: 'object', properties },
});
const kindOf = (params: object, asks = DEFAULT_ASKS): string | undefined =>
  faultOfQuestion('elicitation/create', JSON.parse(JSON.stringify(params)), asks)?.kind;
const text = { type: 'string' };

const secret: readonly string[] = [
  'password',
  'Password',
  'PASSWORD',
  'userPassword',
  'user_password',
  'db-password-1',
  'pass',
  'pwd',
  'passwd2',
  'p4ssw0rd',
  'p@$$word',
  'p a s s w o r d',
  'pass\u200bword',
  'pass\u00adword',
  '\u202edrowssap\u202c password',
  'pаssword', // a Cyrillic а
  'ｐａｓｓｗｏｒｄ',
  '𝗽𝗮𝘀𝘀𝘄𝗼𝗿𝗱',
  'pässwörd',
  'apiKey',
  'API_KEY',
  'api key',
  'openai-api-key',
  'x-api-key',
  'accessToken',
  'access_tokens',
  'githubToken',
  'token',
  'jwtToken',
  'clientSecret',
  'SECRET',
  'secrets',
  'private_key',
  'sshPrivateKey',
  'creditCardNumber',
  'card',
  'card_number',
  'CVV',
  'cvc',
  'PIN',
  'pin_code',
  'otp',
  'OTPCode',
  'mfaCode',
  'one-time code',
  'verification code',
  'seed phrase',
  'recovery phrase',
  'mnemonic',
  'ssn',
  'social security number',
  'sessionCookie',
  'credentials',
  'Passwort',
  'contraseña',
  'mot de passe',
  'IBAN',
];
for (const name of secret)
  test(`a field for ${JSON.stringify(name)} is refused, as a name, a title and a description`, () => {
    assert.equal(kindOf(form({ [name]: text })), 'secret');
    assert.equal(kindOf(form({ value: { ...text, title: name } })), 'secret');
    assert.equal(kindOf(form({ value: { ...text, description: `Enter ${name} here` } })), 'secret');
  });

const plain: readonly string[] = [
  'name',
  'email',
  'shipping_address',
  'passenger',
  'compass',
  'keyboard',
  'key',
  'secretary',
  'spinner',
  'tokenizer',
  'description',
  'cardinality',
  'discard',
  'author',
  'pinned',
  'opinion',
  'cookieless',
  'city',
  'amount',
  'Where do you want to go today?',
];
for (const name of plain)
  test(`a field for ${JSON.stringify(name)} is asked`, () => {
    assert.equal(kindOf(form({ [name]: text })), undefined);
    assert.equal(kindOf(form({ value: { ...text, description: name } })), undefined);
  });

test('what cannot hold a secret is asked, whatever it is called', () => {
  assert.equal(kindOf(form({ reset_password: { type: 'boolean' } })), undefined);
  assert.equal(kindOf(form({ card: { type: 'string', enum: ['visa', 'other'] } })), undefined);
  assert.equal(kindOf(form({ token: { type: 'array', items: { type: 'string', enum: ['a'] } } })), undefined);
  assert.equal(kindOf(form({ go: { type: 'boolean' } }, 'Reset the password?')), undefined);
});

test('a secret that only the message speaks of, for a field that takes anything, is refused', () => {
  assert.equal(kindOf(form({ value: text }, 'Your session ended. Enter your password:')), 'secret');
  assert.equal(kindOf({ message: 'Paste the API key' }), 'secret');
});

test('fields that hide deeper, in numbers, in words of a schema, or behind too much of it', () => {
  assert.equal(kindOf(form({ pin: { type: 'integer' } })), 'secret');
  assert.equal(kindOf(form({ login: { type: 'object', properties: { password: text } } })), 'secret');
  assert.equal(kindOf(form({ list: { type: 'array', items: { type: 'object', properties: { password: text } } } })), 'secret');
  assert.equal(kindOf(form({ value: { type: 'string', format: 'password' } })), 'secret');
  assert.equal(kindOf(form({ value: { type: 'string', writeOnly: true } })), 'secret');
  assert.equal(kindOf(form(Object.fromEntries(Array.from({ length: 3_000 }, (_, i) => [`f${i}`, text])))), 'secret');
  assert.equal(kindOf(form({ password: true })), 'secret');
});

test('a server whose config says so may ask for anything, or for nothing', () => {
  assert.equal(kindOf(form({ password: text }), { ...DEFAULT_ASKS, forms: 'any' }), undefined);
  assert.equal(kindOf(form({ city: text }), { ...DEFAULT_ASKS, forms: 'none' }), 'form');
});

const asks = { ...DEFAULT_ASKS, urls: ['accounts.example.com', '*.pay.example', 'xn--bcher-kva.example', 'login.example:8443'] };
const url = (address: unknown): string | undefined => kindOf({ mode: 'url', message: 'Sign in', url: address }, asks);
for (const address of [
  'https://accounts.example.com/login?x=1#y',
  'https://ACCOUNTS.example.com/',
  'https://accounts.example.com:443/',
  'https://eu.pay.example/checkout',
  'https://a.b.pay.example/',
  'https://xn--bcher-kva.example/',
  'https://login.example:8443/',
])
  test(`a page that is named is opened: ${address}`, () => assert.equal(url(address), undefined));

for (const address of [
  'http://accounts.example.com/',
  'https://evil.example/',
  'https://accounts.example.com.evil.example/',
  'https://accounts-example.com/',
  'https://my-accounts.example.com/',
  'https://evilpay.example/',
  'https://pay.example/',
  'https://accounts.example.com@evil.example/',
  'https://user:pw@accounts.example.com/',
  'https://@accounts.example.com/',
  'https://evil.example\\@accounts.example.com/',
  'https:\\\\accounts.example.com/',
  'https:/accounts.example.com/',
  'https:accounts.example.com',
  'https://accounts.example.com\t.evil.example/',
  'https://accounts.exаmple.com/', // a Cyrillic а
  'https://xn--ccounts-8nf.example.com/',
  'https://xn--80ak6aa92e.pay.example/',
  'https://accounts。example.com/',
  'https://accounts.example.com./',
  'https://accounts.example.com:8443/',
  'https://127.0.0.1/',
  'https://2130706433/',
  'https://0x7f.1/',
  'https://[::1]/',
  'https://localhost/',
  'javascript:alert(1)',
  'data:text/html,x',
  'file:///etc/passwd',
  ' https://accounts.example.com/',
  'https://',
  '',
  7,
  null,
  undefined,
  `https://accounts.example.com/${'a'.repeat(4_000)}`,
])
  test(`a page that is not is refused: ${JSON.stringify(address)?.slice(0, 80)}`, () => assert.equal(url(address), 'url'));

test('without a config no page is opened, and one that looks like another is called so', () => {
  assert.equal(kindOf({ mode: 'url', message: 'm', url: 'https://accounts.example.com/' }), 'url');
  for (const like of ['https://accounts.example.com.evil.example/', 'https://my-accounts.example.com/', 'https://accounts.exarnple.com/'])
    assert.match(faultOfQuestion('elicitation/create', { mode: 'url', url: like }, asks)?.why ?? '', /looks like accounts\.example\.com/);
});

test('models and folders only where the config says so, and nothing that is not known', () => {
  assert.equal(faultOfQuestion('sampling/createMessage', {})?.kind, 'sampling');
  assert.equal(faultOfQuestion('roots/list', undefined)?.kind, 'roots');
  const open = { ...DEFAULT_ASKS, sampling: true, roots: true };
  assert.equal(faultOfQuestion('sampling/createMessage', {}, open), undefined);
  assert.equal(faultOfQuestion('roots/list', undefined, open), undefined);
  assert.equal(faultOfQuestion('shell/run', {}, open)?.kind, 'unknown');
});

test('only what the agent declared', () => {
  const declared = declaredIn({ elicitation: {}, roots: { listChanged: true }, sampling: null });
  assert.deepEqual(declared, ['elicitation', 'roots']);
  assert.equal(faultOfUndeclared('elicitation/create', {}, declared), undefined);
  assert.equal(faultOfUndeclared('elicitation/create', { mode: 'url' }, declared)?.kind, 'undeclared');
  assert.equal(faultOfUndeclared('sampling/createMessage', {}, declared)?.kind, 'undeclared');
  assert.deepEqual(declaredIn({ elicitation: { url: {} } }), ['elicitation.url']);
  assert.deepEqual(declaredIn({ elicitation: { form: {}, url: {} } }), ['elicitation', 'elicitation.url']);
});

test('whatever is asked, it is judged', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.string({ unit: 'binary' }), (schema, words) => {
      faultOfQuestion('elicitation/create', JSON.parse(JSON.stringify({ message: words, requestedSchema: schema })));
      soundsLikeSecret(words);
      kindOf({ mode: 'url', url: words }, asks);
    }),
    { numRuns: 500 },
  );
});

test('no URL that a browser takes to another host passes', () => {
  const piece = fc.constantFrom('accounts', '.', 'example', 'com', '@', ':', '/', '\\', '?', '#', 'evil', 'xn--', '%2e', '443', '\t', '。');
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 14 }), (pieces) => {
      const address = `https://${pieces.join('')}`;
      if (url(address) !== undefined) return;
      const { hostname, port } = new URL(address);
      assert.ok(hostname === 'accounts.example.com' && port === '', address);
    }),
    { numRuns: 5_000 },
  );
});
