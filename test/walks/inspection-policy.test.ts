// What rules make of findings, through the running gateway and in both eras: conditions over what a request holds, what rules oblige to, labels of what was
// read, and what people are told about all that: explain, audit tail, reload.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import {
  anyTool,
  at,
  lastDecision,
  LegacySession,
  modernAnswers,
  modernCall,
  startGateway,
  startScriptedServer,
  testConfig,
  textAt,
  until,
} from '../harness/index.ts';
import type { Gateway, RpcAnswer, ScriptedServer } from '../harness/index.ts';

// Put together here, so that whoever searches the sources for secrets finds none.
const CANARY = ['svc', 'legacy', 'admin', '7741'].join('-');
const MAIL = ['ada.lovelace', 'analytical-engines.org'].join('@');
const PROJECT = ['blue', 'bird'].join('');

const PICTURE = Buffer.concat([
  Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'),
  Buffer.from(Array.from({ length: 256 }, (_, i) => (i * 167) % 256)),
]);

const text = (said: string): object => ({ content: [{ type: 'text', text: said }] });
const RESULTS: Readonly<Record<string, object>> = {
  mail: text(`write to ${MAIL}`),
  trap: text(`the account is ${CANARY}`),
  picture: { content: [{ type: 'image', data: PICTURE.toString('base64'), mimeType: 'image/png' }] },
};

const RULES = [
  { name: 'staff', effect: 'allow', groups: ['staff'], servers: ['*'] },
  { name: 'blind-eyes', effect: 'allow', groups: ['careful'], servers: ['desk'], inspect: 'required', redact: ['personal'] },
  { name: 'no-traps', effect: 'deny', agents: ['*'], servers: ['*'], when: 'findings.canary > 0' },
  { name: 'nothing-personal', effect: 'deny', agents: ['bob'], servers: ['*'], when: 'findings.personal > 0 && args.to != "hr"' },
  { name: 'after-the-trap', effect: 'deny', agents: ['*'], servers: ['outside'], after: ['trapped'] },
];
const INSPECTION = {
  canaries: { 'old-account': CANARY },
  detectors: [{ name: 'project-name', literals: [PROJECT], folded: true }],
  actions: [
    { findings: ['canary'], directions: ['answers'], action: 'redact', taints: ['trapped'] },
    { findings: ['canary'], directions: ['requests'], servers: ['snare'], action: 'deny', taints: ['trapped'] },
    { findings: ['project-name'], directions: ['requests'], servers: ['outside'], action: 'deny' },
  ],
};
const configWith = (inspection: object): object =>
  testConfig({
    servers: { desk: { url: server.url }, outside: { url: server.url }, snare: { url: server.url } },
    rules: RULES,
    extra: { inspection },
  });

let server: ScriptedServer;
let gateway: Gateway;
const keys: Record<string, string> = {};

before(async () => {
  server = await startScriptedServer(
    modernAnswers({
      'tools/list': {
        resultType: 'complete',
        tools: [...Object.keys(RESULTS), 'send'].map(anyTool),
        ttlMs: 60_000,
        cacheScope: 'private',
      },
      'tools/call': (params: unknown) => ({ resultType: 'complete', ...(RESULTS[textAt(params, 'name')] ?? text('sent')) }),
    }),
  );
  gateway = await startGateway({ config: configWith(INSPECTION) });
  for (const [name, group] of [
    ['ada', 'staff'],
    ['bob', 'staff'],
    ['eve', 'staff'],
    ['legacy-eve', 'staff'],
    ['carl', 'careful'],
  ] as const)
    keys[name] = await gateway.addAgent(name, [group]);
});
after(async () => {
  await gateway?.stop();
  await server?.close();
});

type CallTool = (who: string, route: string, name: string, args?: object) => Promise<RpcAnswer>;
const ERAS: readonly { readonly era: string; readonly call: CallTool }[] = [
  {
    era: 'modern',
    call: (who, route, name, args = {}) =>
      modernCall(gateway.url(route), 'tools/call', { name, arguments: args }, { key: keys[who] ?? '' }),
  },
  {
    era: 'legacy',
    call: async (who, route, name, args = {}) =>
      (await LegacySession.open(gateway.url(route), { key: keys[who] ?? '' })).request('tools/call', { name, arguments: args }),
  },
];
const textOf = ({ result, http }: RpcAnswer): string => textAt(result, 'content', 0, 'text') || http.body;
const isRefused = ({ result, error }: RpcAnswer): boolean => error !== undefined || at(result, 'isError') === true;
const decision = (who: string, route = 'desk'): unknown => lastDecision(gateway.dataFolder, who, route)?.value;
const decided = (who: string, route?: string): readonly unknown[] =>
  ['verdict', 'rule', 'reason'].map((member) => at(decision(who, route), member));

for (const { era, call } of ERAS) {
  test(`${era}: a rule denies what its condition finds, names itself, and the record says what was found and where`, async () => {
    const arrived = server.seen.length;
    const refused = await call('ada', 'desk', 'send', { text: `log in as ${CANARY}` });
    assert.ok(isRefused(refused));
    assert.match(textOf(refused), /no-traps/);
    assert.ok(!refused.http.body.includes(CANARY));
    assert.deepEqual(decided('ada'), ['deny', 'no-traps', 'denied']);
    assert.deepEqual(at(decision('ada'), 'findings'), [
      { type: 'old-account', class: 'canary', count: 1, path: '$.params.arguments.text', action: 'deny' },
    ]);
    assert.ok(!server.seen.slice(arrived).some(({ body }) => body.includes(CANARY)));
  });

  test(`${era}: a condition may look at findings and arguments together`, async () => {
    assert.ok(isRefused(await call('bob', 'desk', 'send', { to: 'all', text: `write to ${MAIL}` })));
    assert.deepEqual(decided('bob'), ['deny', 'nothing-personal', 'denied']);
    assert.equal(textOf(await call('bob', 'desk', 'send', { to: 'hr', text: `write to ${MAIL}` })), 'sent');
    assert.equal(textOf(await call('bob', 'desk', 'send', { to: 'all', text: 'hello' })), 'sent');
  });

  test(`${era}: a rule that requires inspection keeps back what nobody can look into; another one does not`, async () => {
    const kept = await call('carl', 'desk', 'picture');
    assert.ok(isRefused(kept));
    assert.match(textOf(kept), /could not be looked into/);
    assert.equal(textAt((await call('ada', 'desk', 'picture')).result, 'content', 0, 'type'), 'image');
  });

  test(`${era}: a rule that redacts takes out what the lines of the config would let pass`, async () => {
    assert.match(textOf(await call('carl', 'desk', 'mail')), /^write to \[redacted:email\]$/);
    assert.equal(textOf(await call('ada', 'desk', 'mail')), `write to ${MAIL}`);
  });

  test(`${era}: what a detector of the operator finds is denied where a line says so, however it is written`, async () => {
    const disguised = Array.from(PROJECT).join('\u200b');
    for (const written of [PROJECT, PROJECT.toUpperCase(), disguised]) {
      assert.ok(isRefused(await call('ada', 'outside', 'send', { text: `about ${written}` })), written);
      assert.equal(at(decision('ada', 'outside'), 'reason'), 'inspection');
    }
    assert.equal(textOf(await call('ada', 'desk', 'send', { text: `about ${PROJECT}` })), 'sent');
  });

  test(`${era}: whoever has read a trap has used its label, and rules go by that`, async () => {
    const who = era === 'modern' ? 'eve' : 'legacy-eve';
    assert.equal(textOf(await call(who, 'outside', 'send', { text: 'before' })), 'sent');
    assert.match(textOf(await call(who, 'desk', 'trap')), /^the account is \[redacted:old-account\]$/);
    const denied = await call(who, 'outside', 'send', { text: 'after' });
    assert.ok(isRefused(denied));
    assert.deepEqual(decided(who, 'outside'), ['deny', 'after-the-trap', 'flow']);
  });

  test(`${era}: whoever tries to send a trap has had it, although it is denied`, async () => {
    const who = `teller-${era}`;
    keys[who] = await gateway.addAgent(who, ['staff']);
    assert.equal(textOf(await call(who, 'outside', 'send', { text: 'before' })), 'sent');
    assert.ok(isRefused(await call(who, 'snare', 'send', { text: CANARY })));
    await until(async () => isRefused(await call(who, 'outside', 'send', { text: 'after' })), 'the label to be known');
    assert.deepEqual(decided(who, 'outside'), ['deny', 'after-the-trap', 'flow']);
  });
}

test('explain says what would be found and done, by the config in force', async () => {
  const { code, stdout } = await gateway.cli('explain', 'ada', 'outside', 'tool', 'send', `text=${PROJECT} and ${MAIL}`);
  assert.equal(code, 1);
  assert.match(stdout, /^ALLOW {2}Allowed by rule staff/m);
  assert.match(stdout, /^STOPS {3}inspection: project-name at \$\.params\.arguments\.text may not be sent there\.$/m);
  assert.match(stdout, /^found {4}email \(personal\) at \$\.params\.arguments\.text: tag$/m);
  assert.match(stdout, /^The call would be refused\.$/m);
  const careful = await gateway.cli('explain', 'carl', 'desk', 'tool', 'send', 'text=hello', '--output', 'json');
  const { inspect, redact, findings, passes } = JSON.parse(careful.stdout);
  assert.deepEqual([inspect, redact, findings, passes], ['required', ['personal'], [], true]);
});

test('audit tail shows what was found, and not what it was', async () => {
  const { stdout } = await gateway.cli('audit', 'tail', '--limit', 'all');
  assert.match(stdout, /\(rule no-traps\) {2}found old-account \(deny\)/);
  assert.match(stdout, / {2}found email \(redact\)/);
  assert.ok(!stdout.includes(CANARY) && !stdout.includes(MAIL));
});

test('a canary stands in the config in force, and nowhere else', () => {
  const files = readdirSync(gateway.folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const holding = files.filter((entry) => readFileSync(join(entry.parentPath, entry.name)).includes(CANARY));
  assert.deepEqual(
    holding.map(({ name }) => name).toSorted((a, b) => a.localeCompare(b)),
    ['sallyport.yaml', 'snapshot.json'],
  );
  const snapshot = holding.find(({ name }) => name === 'snapshot.json');
  assert.equal(statSync(join(snapshot?.parentPath ?? '', 'snapshot.json')).mode & 0o077, 0, 'for the gateway alone');
});

test('a config with a detector that could be slow is not put in force, and what was stays', async () => {
  const { call } = ERAS[0] ?? assert.fail();
  gateway.reload(configWith({ ...INSPECTION, detectors: [{ name: 'slow', pattern: '(a+)+$', literals: ['a'] }] }));
  await until(() => gateway.logs().includes('inspection.detectors[0]'), 'the refusal');
  assert.ok(isRefused(await call('ada', 'outside', 'send', { text: PROJECT })), 'the lines before still hold');
  gateway.reload(
    configWith({ ...INSPECTION, detectors: [{ name: 'word', literals: ['hexagon'] }], actions: [{ findings: ['word'], action: 'deny' }] }),
  );
  await until(async () => isRefused(await call('ada', 'desk', 'send', { text: 'hexagon' })), 'the new lines');
  assert.equal(textOf(await call('ada', 'outside', 'send', { text: PROJECT })), 'sent');
});
