import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseHost } from './host.ts';

const accepted = [
  'localhost',
  'localhost:7625',
  '127.0.0.1',
  '127.0.0.1:80',
  'Gateway.Example.com',
  'a-b.c_d.',
  '[::1]',
  '[::1]:7625',
  '[2001:DB8::1]',
  '[::ffff:1.2.3.4]:1',
  'x:0',
  'x:65535',
];
for (const host of accepted) test(`accepts ${host}`, () => assert.equal(parseHost(host), host.toLowerCase()));

const refused = [
  '',
  ':80',
  'x:',
  'x:65536',
  'x:123456',
  'x:-1',
  'x:+1',
  'x:1a',
  'x:1:2',
  'a b',
  'a,b',
  'a/b',
  'a@b',
  'user:pass@host',
  'a%2eb',
  'http://a',
  '[::1',
  '::1',
  '[::1]x',
  '[::1]]',
  '[]',
  '[1.2.3.4]',
  '[::1%25eth0]',
  '[:::1]',
  '[v1.x]',
  'ex\u00e4mple',
  '\0',
  `${'a'.repeat(300)}`,
];
for (const host of refused) test(`refuses ${JSON.stringify(host)}`, () => assert.equal(parseHost(host), undefined));
