import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bracketed, pathOf, turnAway } from './site.ts';
import type { Head, Site } from './site.ts';

const LOOPBACK: Site = { scheme: 'http', host: '127.0.0.1', names: ['console.example'] };
const PUBLIC: Site = { scheme: 'https', host: '0.0.0.0', names: ['console.example'] };
const OWN = '127.0.0.1:7630';

interface Asked {
  readonly method?: string;
  readonly url?: string;
  readonly host?: string | readonly string[];
  readonly origin?: string;
  readonly relation?: string;
}

const head = ({ method = 'GET', url = '/', host = OWN, origin, relation }: Asked): Head => ({
  method,
  url,
  headers: { ...(origin === undefined ? {} : { origin }), ...(relation === undefined ? {} : { 'sec-fetch-site': relation }) },
  rawHeaders: [host].flat().flatMap((value) => ['Host', value]),
});
const codeOf = (site: Site, asked: Asked): string | undefined => turnAway(site, head(asked))?.code;

for (const host of [
  '127.0.0.1:7630',
  '127.0.0.1',
  'localhost:9999',
  'LOCALHOST',
  '[::1]:7630',
  'console.example',
  'Console.Example:7630',
]) {
  test(`on loopback, ${host} is answered for`, () => assert.equal(codeOf(LOOPBACK, { host }), undefined));
}
for (const host of [
  'evil.example',
  'localhost.evil.example',
  '127.0.0.1.evil.example',
  '127.0.0.2',
  '10.0.0.5',
  'x.console.example',
  'localhost.',
]) {
  test(`on loopback, ${host} is not`, () => assert.equal(codeOf(LOOPBACK, { host }), 'host_refused'));
}
for (const host of ['console.example', '10.0.0.5:7630', '[2001:db8::1]']) {
  test(`beyond loopback, ${host} is answered for`, () => assert.equal(codeOf(PUBLIC, { host }), undefined));
}
for (const host of ['localhost', 'evil.example']) {
  test(`beyond loopback, ${host} is not`, () => assert.equal(codeOf(PUBLIC, { host }), 'host_refused'));
}
for (const host of [[], [OWN, OWN], [OWN, 'evil.example'], ['a b'], ['user@127.0.0.1'], ['']]) {
  test(`a head with the hosts ${JSON.stringify(host)} is malformed`, () => assert.equal(codeOf(LOOPBACK, { host }), 'malformed'));
}
for (const url of ['http://127.0.0.1:7630/', '*', '']) {
  test(`the target ${JSON.stringify(url)} is malformed`, () => assert.equal(codeOf(LOOPBACK, { url }), 'malformed'));
}
for (const method of ['OPTIONS', 'TRACE', 'CONNECT', 'PROPFIND', 'get']) {
  test(`${method} is not taken`, () => assert.equal(codeOf(LOOPBACK, { method }), 'method_not_allowed'));
}

const api = '/api/v1/agents';
const own = `http://${OWN}`;
const rows: readonly (readonly [what: string, asked: Asked, code: string | undefined])[] = [
  ['a page, from a link elsewhere', { relation: 'cross-site' }, undefined],
  ['a page, in a form that is sent elsewhere', { method: 'POST', relation: 'cross-site', origin: 'https://evil.example' }, 'cross_site'],
  ['the API, by a page of ours', { url: api, relation: 'same-origin' }, undefined],
  ['the API, typed', { url: api, relation: 'none' }, undefined],
  ['the API, by no browser', { url: api }, undefined],
  ['the API, by another site', { url: api, relation: 'cross-site' }, 'cross_site'],
  ['the API, by another port of this machine', { url: api, relation: 'same-site' }, 'cross_site'],
  ['the metrics, by another site', { url: '/metrics?x', relation: 'cross-site' }, 'cross_site'],
  ['a read with the origin of another site', { url: api, origin: 'https://evil.example' }, 'cross_site'],
  ['a change by a page of ours', { url: api, method: 'POST', origin: own, relation: 'same-origin' }, undefined],
  ['a change by a page of ours in an old browser', { url: api, method: 'POST', origin: own }, undefined],
  ['a change without an origin', { url: api, method: 'POST' }, 'cross_site'],
  ['a change without an origin that says it is ours', { url: api, method: 'POST', relation: 'same-origin' }, 'cross_site'],
  ['a change by nobody', { url: api, method: 'DELETE', origin: 'null' }, 'cross_site'],
  ['a change by another port', { url: api, method: 'PUT', origin: 'http://127.0.0.1:8080', relation: 'same-site' }, 'cross_site'],
  ['a change by another scheme', { url: api, method: 'PATCH', origin: `https://${OWN}` }, 'cross_site'],
  ['a change that was typed', { url: api, method: 'POST', origin: own, relation: 'none' }, 'cross_site'],
  ['a change by another of our own names', { url: api, method: 'POST', origin: 'http://console.example' }, 'cross_site'],
];
for (const [what, asked, code] of rows) test(`${what}: ${code ?? 'goes on'}`, () => assert.equal(codeOf(LOOPBACK, asked), code));

test('a path ends where the query begins, and IPv6 stands in brackets', () => {
  assert.equal(pathOf('/a/b?c=/d'), '/a/b');
  assert.equal(pathOf('/a'), '/a');
  assert.equal(bracketed('::1'), '[::1]');
});
