import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createTokens, NO_TOKENS, TOKEN } from './tokens.ts';

const tokens = tokensUnder(7);
const scope = { tenant: 'default', purpose: 'billing' };

test('the same value is the same token for the same tenant, purpose and type, and no other', () => {
  const token = tokens.make('4111 1111', 'card-number', scope);
  assert.equal(tokens.make('4111 1111', 'card-number', scope), token);
  const others = [
    tokens.make('4111 1112', 'card-number', scope),
    tokens.make('4111 1111', 'iban', scope),
    tokens.make('4111 1111', 'card-number', { ...scope, purpose: 'support' }),
    tokens.make('4111 1111', 'card-number', { ...scope, tenant: 'acme' }),
    tokensUnder(8).make('4111 1111', 'card-number', scope),
  ];
  assert.equal(new Set([token, ...others]).size, 6);
});

test('it is turned back for its own tenant and purpose only', () => {
  for (const value of ['x', 'ünïcode "quoted" \\ value', 'a'.repeat(5_000)]) {
    const token = tokens.make(value, 'custom', scope);
    assert.equal(tokens.open(token, scope), value);
    assert.equal(tokens.open(token, { ...scope, purpose: 'support' }), undefined);
    assert.equal(tokens.open(token, { ...scope, tenant: 'acme' }), undefined);
    assert.equal(tokensUnder(8).open(token, scope), undefined);
  }
});

test('what was altered, or is spelled otherwise, is no token', () => {
  const token = tokens.make('a value', 'secret', scope);
  for (let at = 'sptok.secret.'.length; at < token.length; at++) {
    const other = token[at] === 'A' ? 'B' : 'A';
    assert.equal(tokens.open(token.slice(0, at) + other + token.slice(at + 1), scope), undefined, `character ${at}`);
  }
  for (const not of ['', 'sptok', 'sptok.secret', 'sptok.secret.', token.replace('secret', 'iban'), `${token}.x`, `${token}=`])
    assert.equal(tokens.open(not, scope), undefined, not);
});

test('it is found where it stands in a text, and stands in JSON as it is', () => {
  const token = tokens.make('"\\\n', 'secret', scope);
  assert.deepEqual(
    [...`pay with "${token}", please`.matchAll(TOKEN)].map(([found]) => found),
    [token],
  );
  assert.equal(JSON.stringify(token), `"${token}"`);
});

test('without a key there are none', () => {
  assert.equal(NO_TOKENS.make('a value', 'secret', scope), undefined);
  assert.equal(NO_TOKENS.open(tokens.make('a value', 'secret', scope), scope), undefined);
});

/** Tokens that are made wherever they are asked for. */
function tokensUnder(
  byte: number,
): { make(...args: Parameters<ReturnType<typeof createTokens>['make']>): string } & Pick<ReturnType<typeof createTokens>, 'open'> {
  const made = createTokens(new Uint8Array(32).fill(byte));
  return { open: (token, bound) => made.open(token, bound), make: (...args) => made.make(...args) ?? assert.fail('no token') };
}
