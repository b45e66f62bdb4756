// Every page of the console with something on it, by day and by night: nothing on it complains, nothing keeps anybody out, and all of it is reached and
// used without a mouse. Pictures of the pages are made here where SALLYPORT_SCREENSHOTS names a folder.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Locator, Page } from 'playwright-core';
import { axeFindings, screenshot } from '../harness/browser.ts';
import { openOffice } from './office.fixture.ts';
import type { Office } from './office.fixture.ts';
import { MISSING } from './visit.fixture.ts';

/** Where a page is, and what of it shows that it is there with what belongs on it. */
interface Sight {
  readonly name: string;
  readonly path: string;
  readonly shows: (page: Page) => Locator;
  /** What is done there first. */
  readonly act?: (page: Page) => Promise<void>;
}

const row = (page: Page, list: string, text: string): Locator =>
  page.getByRole('grid', { name: list }).getByRole('row').filter({ hasText: text }).first();
const SIGHTS: readonly Sight[] = [
  { name: 'overview', path: '/?window=5m', shows: (page) => page.getByRole('link', { name: /approval/i }).first() },
  { name: 'live', path: '/live', shows: (page) => row(page, 'Calls', 'bookkeeper') },
  { name: 'approvals', path: '/approvals', shows: (page) => row(page, 'Calls that wait', 'bookkeeper') },
  { name: 'agents', path: '/agents', shows: (page) => row(page, 'Agents', 'ci-runner') },
  { name: 'agent', path: '/agents/research-bot', shows: (page) => page.getByText('delete_file').first() },
  { name: 'servers', path: '/servers', shows: (page) => row(page, 'Servers', 'tickets') },
  {
    name: 'server',
    path: '/servers/files?window=5m',
    shows: (page) => row(page, 'Tools of files', 'read_file'),
    act: async (page) => {
      await page.getByRole('button', { name: 'Look now' }).click();
      await page.getByText('Nobody has looked yet').waitFor({ state: 'detached' });
    },
  },
  { name: 'catalogue', path: '/catalogue', shows: (page) => row(page, 'Definitions to review', 'read_ticket') },
  {
    name: 'definition',
    path: '/catalogue/definition?server=tickets&kind=tool&name=read_ticket',
    shows: (page) => page.getByRole('region', { name: 'What is approved, and what it is now' }),
  },
  { name: 'policies', path: '/policies', shows: (page) => page.getByText('payments-need-a-person').first() },
  { name: 'explain', path: '/policies?view=explain', shows: (page) => page.getByRole('tab', { name: 'Explain', selected: true }) },
  { name: 'limits', path: '/limits', shows: (page) => page.getByText('searches').first() },
  { name: 'audit', path: '/audit?kind=call', shows: (page) => row(page, 'Records', 'bookkeeper') },
  { name: 'figures', path: '/audit?view=figures', shows: (page) => page.getByRole('tab', { name: 'Figures', selected: true }) },
  {
    name: 'verify',
    path: '/audit?view=verify',
    shows: (page) =>
      page
        .getByText('Public key')
        .or(page.getByRole('region', { name: 'Public key' }))
        .first(),
  },
  { name: 'settings', path: '/settings', shows: (page) => row(page, 'Settings', 'listen') },
  { name: 'operators', path: '/settings?view=operators', shows: (page) => page.getByText('noor').first() },
];

let office: Office;
let folder: string | undefined;
/** One person each, who likes it light or dark. */
const pages = new Map<'light' | 'dark', Page>();

before(async () => {
  if (MISSING !== undefined) return;
  // Pictures show more than a moment, and no path of whoever made them.
  const isPictured = process.env['SALLYPORT_SCREENSHOTS'] !== undefined;
  if (isPictured) folder = mkdtempSync(join(tmpdir(), 'sallyport-'));
  office = await openOffice(folder);
  if (isPictured) await office.work(60_000);
  for (const theme of ['light', 'dark'] as const) pages.set(theme, (await office.here.signIn('kim', { theme })).page);
});
after(async () => {
  await office?.close();
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
});

async function look(page: Page, { path, shows }: Pick<Sight, 'path' | 'shows'>): Promise<void> {
  await page.goto(new URL(path, page.url()).href);
  await shows(page).waitFor();
  await page
    .getByRole('status', { name: /^Loading/ })
    .first()
    .waitFor({ state: 'detached' });
}

function pageOf(theme: 'light' | 'dark'): Page {
  const page = pages.get(theme);
  assert(page !== undefined);
  return page;
}

for (const theme of ['light', 'dark'] as const) {
  test(`every page, ${theme}`, { skip: MISSING }, async (t) => {
    const page = pageOf(theme);
    for (const sight of SIGHTS) {
      await t.test(sight.name, async () => {
        await look(page, sight);
        await sight.act?.(page);
        await screenshot(page, `${sight.name}-${theme}`);
        assert.deepEqual(await axeFindings(page), []);
        if (theme === 'light') assert.deepEqual(await notReached(page), []);
        office.here.assertQuiet();
      });
    }
    await t.test('signing in', async () => {
      const stranger = await page.context().browser()?.newPage({ colorScheme: theme, viewport: page.viewportSize() });
      assert(stranger !== undefined);
      await stranger.goto(new URL('/sign-in', page.url()).href);
      await stranger.getByRole('heading', { name: /sign in/i }).waitFor();
      await screenshot(stranger, `sign-in-${theme}`);
      assert.deepEqual(await axeFindings(stranger), []);
      await stranger.close();
    });
    await t.test('a call that waits', async () => {
      await look(page, { path: '/approvals', shows: (seen) => row(seen, 'Calls that wait', 'bookkeeper') });
      await row(page, 'Calls that wait', 'bookkeeper').click();
      await page.getByRole('dialog').getByText('payments-need-a-person').waitFor();
      await screenshot(page, `approval-${theme}`);
      assert.deepEqual(await axeFindings(page), []);
      office.here.assertQuiet();
    });
    await t.test('the story of a call', async () => {
      await look(page, { path: '/audit?kind=call&verdict=deny', shows: (seen) => row(seen, 'Records', 'delete_file') });
      await row(page, 'Records', 'delete_file').click();
      const story = page.getByRole('dialog');
      await story.getByText('nothing-is-deleted').first().waitFor();
      await screenshot(page, `story-${theme}`);
      assert.deepEqual(await axeFindings(page), []);
      office.here.assertQuiet();
    });
  });
}

/** Goes through the whole page with the Tab key; what could be used and was never come to. */
async function notReached(page: Page): Promise<readonly string[]> {
  const count = await page.evaluate<number>(`(() => {
    const isThere = (one) => one.checkVisibility({ visibilityProperty: true }) && one.closest('[inert]') === null;
    const stops = [...document.querySelectorAll('a[href], button, input, select, textarea, [tabindex]')].filter(
      // Of what is chosen from one is a stop, and arrows go to the others.
      (one) => one.tabIndex >= 0 && !one.disabled && one.matches(':not([role=radio][aria-checked=false], [type=radio]:not(:checked))') && isThere(one),
    );
    window.stops = new Set(stops);
    document.activeElement?.blur();
    addEventListener('focusin', ({ target }) => window.stops.delete(target));
    return stops.length;
  })()`);
  assert.ok(count > 10, 'a page has more than that');
  // A list may have had rows added meanwhile: some more than were counted.
  for (let press = 0; press < count + 10; press++) {
    await page.keyboard.press('Tab');
    if (press >= count - 1 && (await page.evaluate('[...window.stops].every((one) => !one.isConnected)'))) return [];
  }
  return page.evaluate<string[]>('[...window.stops].filter((one) => one.isConnected).map((one) => one.outerHTML.slice(0, 200))');
}

test('from the bar at the side to the story of a call and back, without a mouse', { skip: MISSING }, async () => {
  const page = pageOf('light');
  await look(page, { path: '/', shows: (seen) => seen.getByRole('heading', { name: 'Overview', level: 1 }) });
  await tabTo(page, page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Audit' }));
  await page.keyboard.press('Enter');
  const list = page.getByRole('grid', { name: 'Records' });
  await list.waitFor();
  await tabTo(page, list);
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  await page.getByRole('row', { selected: true }).waitFor();
  await page.keyboard.press('Enter');
  const story = page.getByRole('dialog', { name: 'One entry of the record' });
  await story.getByText('Record and proof').waitFor();
  assert.equal(
    await page.evaluate(`document.querySelector('[role=dialog]').contains(document.activeElement)`),
    true,
    'the focus is within it',
  );
  await page.keyboard.press('Escape');
  await story.waitFor({ state: 'detached' });
  assert.equal(await isFocused(list), true, 'back where one was');
  office.here.assertQuiet();
});

async function tabTo(page: Page, goal: Locator): Promise<void> {
  for (let press = 0; press < 100; press++) {
    if (await isFocused(goal)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error('the Tab key does not come to it');
}

function isFocused(goal: Locator): Promise<boolean> {
  return goal.evaluate((element) => element === element.ownerDocument.activeElement);
}
