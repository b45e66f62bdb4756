// Operators, links and sessions over a store on disk: a link works once and for a while, a session as long as it may, and whoever is signed out hears nothing
// any more.

import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { openStore } from '../cluster/index.ts';
import type { Store } from '../cluster/index.ts';
import { fakeKeeper } from './acts.fixture.ts';
import type { FakeKeeper } from './acts.fixture.ts';
import type { ConsoleSettings } from './console-settings.ts';
import { firstLink } from './first-operator.ts';
import { createOperatorsPort } from './operators-port.ts';
import type { OperatorsPort, SessionsPort } from './ports.ts';
import { createSessionWatch } from './session-watch.ts';
import { createSessionsPort } from './sessions-port.ts';
import type { Visit } from './visit.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const tenant = 'default';

interface Bed {
  readonly store: Store;
  readonly folder: string;
  readonly operators: OperatorsPort;
  readonly sessions: SessionsPort;
  readonly keeper: FakeKeeper;
  nowMs: number;
  settings: ConsoleSettings;
  /** Signs in as somebody, who is added with this role where they are not there. */
  enter(name: string, role?: 'viewer' | 'admin'): Promise<{ readonly cookie: string; readonly csrf: string }>;
  /** Who a request is from. */
  who(shown: { readonly cookie?: string; readonly csrf?: string; readonly method?: string; readonly path?: string }): Promise<string>;
  visit(cookie: string): Promise<Visit>;
}

async function bed(t: TestContext): Promise<Bed> {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-sessions-'));
  const store = openStore(folder);
  let drawn = 0;
  const randomBytes = (count: number): Uint8Array => new Uint8Array(count).fill(++drawn);
  const nowMs = (): number => rig.nowMs;
  const settings = (): ConsoleSettings => rig.settings;
  const keeper = fakeKeeper();
  const standing = (): { tenant: string; nowMs: number; idleMs: number } => ({ tenant, nowMs: nowMs(), idleMs: settings().idleMs });
  const watch = createSessionWatch(async (session) => (await store.operators.session(session, standing())) !== undefined);
  t.after(async () => {
    watch.close();
    await store.close();
    rmSync(folder, { recursive: true });
  });
  const base = { store: () => store.operators, tenant, randomBytes, nowMs, settings };
  const rig: Bed = {
    store,
    folder,
    keeper,
    operators: createOperatorsPort({ ...base, settled: async () => {}, changed: () => watch.check() }),
    sessions: createSessionsPort({ ...base, watch, record: keeper, version: '1' }),
    nowMs: 1_700_000_000_000,
    settings: {
      url: 'http://127.0.0.1:7630',
      isSecure: false,
      sessionMs: 12 * HOUR,
      idleMs: HOUR,
      separation: { policy: 'one' },
    },
    enter: async (name, role = 'viewer') => {
      const added = await rig.operators.add({ name, role, groups: [], agents: [], link: false });
      if (!added.ok) assert.equal(added.error.code, 'operator_exists');
      const signedIn = await rig.sessions.signIn({ link: await drawLink(rig, name) });
      assert.ok(signedIn.ok, JSON.stringify(signedIn));
      return { cookie: signedIn.value.cookie.split(';')[0] ?? '', csrf: signedIn.value.session.csrf };
    },
    who: async ({ cookie, csrf, method = 'GET', path = '/api/v1/agents' }) => {
      const visit = await rig.sessions.identify({ method, path, cookie, csrf });
      return visit.ok ? (visit.value.signedIn?.operator.name ?? 'nobody') : visit.error.code;
    },
    visit: async (cookie) => {
      const visit = await rig.sessions.identify({ method: 'GET', path: '/api/v1/agents', cookie, csrf: undefined });
      return visit.ok ? visit.value : assert.fail(visit.error.detail);
    },
  };
  return rig;
}

async function drawLink(rig: Bed, name: string): Promise<string> {
  const made = await rig.operators.link(name);
  assert.ok(made.ok, JSON.stringify(made));
  const [page, text = ''] = made.value.url.split('#');
  assert.equal(page, 'http://127.0.0.1:7630/sign-in', 'what signs in stands where no server sees it');
  return text;
}

const code = (result: { readonly ok: boolean; readonly error?: { readonly code: string } }): string => result.error?.code ?? 'done';

test('a link signs in once, and only the newest one', async (t) => {
  const rig = await bed(t);
  await rig.operators.add({ name: 'ada', role: 'admin', groups: ['law'], agents: ['robot'], link: false });
  const older = await drawLink(rig, 'ada');
  const newer = await drawLink(rig, 'ada');
  assert.equal(code(await rig.sessions.signIn({ link: older })), 'link_refused');
  const signedIn = await rig.sessions.signIn({ link: newer });
  assert.ok(signedIn.ok);
  const { session, cookie } = signedIn.value;
  assert.deepEqual([session.operator, session.role, session.groups, session.agents], ['ada', 'admin', ['law'], ['robot']]);
  assert.ok(session.mayUse.includes('addOperator') && !session.mayUse.includes('recordAct'));
  assert.match(cookie, /^sallyport-session=[\w-]{43}; Path=\/; Max-Age=43200; HttpOnly; SameSite=Strict$/);
  assert.ok(!JSON.stringify(session).includes(cookie.slice('sallyport-session='.length, 60)), 'no script may read the session');
  assert.equal(code(await rig.sessions.signIn({ link: newer })), 'link_refused', 'replayed');
});

test('of two who use one link at once, one is signed in', async (t) => {
  const rig = await bed(t);
  await rig.operators.add({ name: 'ada', role: 'admin', groups: [], agents: [], link: false });
  const link = await drawLink(rig, 'ada');
  const both = await Promise.all([rig.sessions.signIn({ link }), rig.sessions.signIn({ link })]);
  assert.deepEqual(both.map(code).toSorted(), ['done', 'link_refused']);
});

test('signing in is on record before there is a session, guesses are not, and nothing is signed in that cannot be recorded', async (t) => {
  const rig = await bed(t);
  await rig.operators.add({ name: 'ada', role: 'admin', groups: [], agents: [], link: false });
  const link = await drawLink(rig, 'ada');
  assert.equal(code(await rig.sessions.signIn({ link: 'guess' })), 'link_refused');
  assert.deepEqual(rig.keeper.acts, []);
  rig.keeper.isOpen = false;
  assert.equal(code(await rig.sessions.signIn({ link })), 'unavailable');
  rig.keeper.isOpen = true;
  assert.equal(code(await rig.sessions.signIn({ link })), 'done', 'the link was not used up');
  assert.deepEqual(
    rig.keeper.acts.map(({ action, outcome, by, via, target }) => [action, outcome, by, via, target]),
    ['begun', 'done'].map((outcome) => ['session.begin', outcome, 'operator:ada', 'console', 'ada']),
  );
});

test('a link is over after an hour', async (t) => {
  const rig = await bed(t);
  await rig.operators.add({ name: 'ada', role: 'admin', groups: [], agents: [], link: false });
  const link = await drawLink(rig, 'ada');
  rig.nowMs += HOUR;
  assert.equal(code(await rig.sessions.signIn({ link })), 'link_refused');
});

test('a session lasts while it is used, and ends when it is left alone or when its time is over', async (t) => {
  const rig = await bed(t);
  const { cookie } = await rig.enter('ada');
  for (let hours = 0; hours < 11; hours++) {
    rig.nowMs += HOUR - 1;
    assert.equal(await rig.who({ cookie }), 'ada', `after ${hours} hours`);
  }
  rig.nowMs += HOUR - 1;
  assert.equal(await rig.who({ cookie }), 'ada');
  rig.nowMs += 20;
  assert.equal(await rig.who({ cookie }), 'nobody', 'its time is over, however busy it was');
  const { cookie: other } = await rig.enter('ada');
  rig.nowMs += HOUR;
  assert.equal(await rig.who({ cookie: other }), 'nobody', 'left alone');
});

test('a session that may be left alone for a minute only is not ended while it is used', async (t) => {
  const rig = await bed(t);
  rig.settings = { ...rig.settings, idleMs: MINUTE };
  const { cookie } = await rig.enter('ada');
  for (let i = 0; i < 10; i++) {
    rig.nowMs += 50_000;
    assert.equal(await rig.who({ cookie }), 'ada');
  }
});

test('what changes anything needs the token of this very session', async (t) => {
  const rig = await bed(t);
  const ada = await rig.enter('ada');
  const bob = await rig.enter('bob');
  assert.equal(await rig.who({ ...ada, method: 'POST' }), 'ada');
  for (const csrf of [undefined, '', bob.csrf, `${ada.csrf}x`, ada.csrf.toUpperCase()])
    assert.equal(await rig.who({ cookie: ada.cookie, ...(csrf === undefined ? {} : { csrf }), method: 'DELETE' }), 'cross_site');
  assert.equal(await rig.who({ cookie: ada.cookie, method: 'POST', path: '/api/v1/session' }), 'nobody', 'signing in is nobody’s');
});

test('a cookie counts where it stands once and by its right name', async (t) => {
  const rig = await bed(t);
  const { cookie } = await rig.enter('ada');
  const value = cookie.slice(cookie.indexOf('=') + 1);
  assert.equal(await rig.who({ cookie: `a=b; ${cookie};c=d` }), 'ada');
  for (const shown of [
    `${cookie}; ${cookie}`,
    `${cookie}; sallyport-session=x`,
    `__Host-sallyport=${value}`,
    `x${cookie}`,
    `sallyport-session="${value}"`,
    value,
    '',
  ])
    assert.equal(await rig.who({ cookie: shown }), 'nobody', shown);
  rig.settings = { ...rig.settings, isSecure: true };
  assert.equal(await rig.who({ cookie }), 'nobody', 'over TLS only what TLS has protected');
  const signedIn = await rig.sessions.signIn({ link: await drawLink(rig, 'ada') });
  assert.match(
    signedIn.ok ? signedIn.value.cookie : '',
    /^__Host-sallyport=[\w-]{43}; Path=\/; Max-Age=43200; HttpOnly; SameSite=Strict; Secure$/,
  );
});

for (const [what, act] of [
  ['signed out by an admin', async ({ operators }: Bed) => operators.endSessions('ada')],
  ['given another role', async ({ operators }: Bed) => operators.change('ada', { role: 'auditor' })],
  ['removed', async ({ operators }: Bed) => operators.remove('ada')],
  ['signing out', async (rig: Bed, { signedIn }: Visit) => (signedIn === undefined ? assert.fail() : rig.sessions.signOut(signedIn))],
] as const) {
  test(`whoever is ${what} is signed out at once, and what streams to them ends`, async (t) => {
    const rig = await bed(t);
    await rig.enter('root', 'admin');
    const { cookie } = await rig.enter('ada');
    const visit = await rig.visit(cookie);
    let ended = 0;
    visit.signedIn?.onEnd(() => ended++);
    const done = await act(rig, visit);
    assert.equal(code(done), 'done');
    assert.equal(ended, 1);
    assert.equal(await rig.who({ cookie }), 'nobody');
  });
}

test('a stream ends with the time of its session, and one that has ended by itself is forgotten', async (t) => {
  const rig = await bed(t);
  const { cookie } = await rig.enter('ada');
  const heard: string[] = [];
  const { signedIn } = await rig.visit(cookie);
  signedIn?.onEnd(() => heard.push('first'));
  signedIn?.onEnd(() => heard.push('second'))();
  rig.nowMs += HOUR;
  await rig.operators.endSessions('ada');
  assert.deepEqual(heard, ['first']);
});

test('other groups and agents change what a session may at once, and end none', async (t) => {
  const rig = await bed(t);
  const { cookie } = await rig.enter('ada');
  await rig.operators.change('ada', { groups: ['law'], agents: ['robot'] });
  const { signedIn } = await rig.visit(cookie);
  assert.deepEqual([signedIn?.operator.groups, signedIn?.operator.agents], [['law'], ['robot']]);
});

test('nobody removes or demotes the last admin', async (t) => {
  const rig = await bed(t);
  await rig.enter('ada', 'admin');
  await rig.enter('bob');
  assert.equal(code(await rig.operators.remove('ada')), 'last_admin');
  assert.equal(code(await rig.operators.change('ada', { role: 'viewer' })), 'last_admin');
  assert.equal(code(await rig.operators.change('ada', { role: 'admin', groups: ['law'] })), 'done');
  assert.equal(code(await rig.operators.change('bob', { role: 'admin' })), 'done');
  assert.equal(code(await rig.operators.remove('ada')), 'done');
  assert.equal(code(await rig.operators.remove('bob')), 'last_admin');
});

test('what is only tried changes nothing, and is refused as it would be', async (t) => {
  const rig = await bed(t);
  const tried = { isDryRun: true };
  const input = { name: 'ada', role: 'admin', groups: [], agents: [], link: true } as const;
  const added = await rig.operators.add({ ...input, groups: [], agents: [] }, tried);
  assert.deepEqual(added.ok && [added.value.operator.name, added.value.link], ['ada', null]);
  const { cookie } = await rig.enter('bob', 'admin');
  assert.equal(code(await rig.operators.change('bob', { role: 'viewer' }, tried)), 'last_admin');
  await rig.enter('carol', 'admin');
  const demoted = await rig.operators.change('bob', { role: 'viewer' }, tried);
  assert.equal(demoted.ok && demoted.value.role, 'viewer');
  assert.equal(code(await rig.operators.remove('bob', tried)), 'done');
  assert.equal(await rig.who({ cookie }), 'bob');
  const listed = await rig.operators.list();
  assert.deepEqual(listed.ok && [listed.value.version, listed.value.operators.map(({ name, role }) => [name, role])], [
    2,
    [
      ['bob', 'admin'],
      ['carol', 'admin'],
    ],
  ]);
});

test('who writes over somebody else is told', async (t) => {
  const rig = await bed(t);
  await rig.enter('ada', 'admin');
  const listed = await rig.operators.list();
  const seen = { expectedVersion: listed.ok ? listed.value.version : -1 };
  assert.equal(code(await rig.operators.change('ada', { groups: ['law'] }, seen)), 'done');
  assert.equal(code(await rig.operators.change('ada', { groups: [] }, seen)), 'version_changed');
  assert.equal(code(await rig.operators.change('nobody', { groups: [] })), 'operator_unknown');
  assert.equal(code(await rig.operators.add({ name: 'ada', role: 'viewer', groups: [], agents: [], link: false })), 'operator_exists');
  assert.equal(code(await rig.operators.link('nobody')), 'operator_unknown');
  assert.equal(code(await rig.operators.endSessions('nobody')), 'operator_unknown');
});

test('without a console there are no links, and whoever is added waits for one', async (t) => {
  const rig = await bed(t);
  rig.settings = { ...rig.settings, url: undefined };
  const added = await rig.operators.add({ name: 'ada', role: 'admin', groups: [], agents: [], link: true });
  assert.deepEqual(added.ok && added.value.link, null);
  assert.equal(code(await rig.operators.link('ada')), 'console_off');
});

test('the user that runs the gateway is the first admin, and gets links until somebody has signed in', async (t) => {
  const rig = await bed(t);
  const options = (owner: string): Parameters<typeof firstLink>[0] => ({
    operators: rig.store.operators,
    owner,
    tenant,
    nowMs: () => rig.nowMs,
    settings: () => rig.settings,
    randomBytes: (count) => new Uint8Array(count).fill(200),
  });
  const made = await firstLink(options('uid 1000'));
  assert.equal(made?.expiresAt, new Date(rig.nowMs + 10 * MINUTE).toISOString());
  const again = await firstLink(options('uid 1000'));
  assert.equal(code(await rig.sessions.signIn({ link: again?.url.split('#')[1] ?? '' })), 'done');
  const listed = await rig.operators.list();
  assert.deepEqual(listed.ok && listed.value.operators.map(({ name, role }) => [name, role]), [['admin', 'admin']]);
  assert.equal(await firstLink(options('uid 1000')), undefined);
});

test('no link and no session is anywhere in the data folder', async (t) => {
  const rig = await bed(t);
  const { cookie, csrf } = await rig.enter('ada');
  const link = await drawLink(rig, 'ada');
  const secrets = [cookie.slice(cookie.indexOf('=') + 1), csrf, link];
  for (const file of readdirSync(rig.folder)) {
    const bytes = readFileSync(join(rig.folder, file), 'latin1');
    for (const secret of secrets) assert.ok(secret.length === 43 && !bytes.includes(secret), file);
  }
});

test('more browsers than anybody has: the one that was left longest ago is signed out', async (t) => {
  const rig = await bed(t);
  const first = await rig.enter('ada');
  for (let i = 0; i < 31; i++) {
    rig.nowMs += 1;
    await rig.enter('ada');
  }
  assert.equal(await rig.who(first), 'ada');
  await rig.enter('ada');
  assert.equal(await rig.who(first), 'nobody');
});
