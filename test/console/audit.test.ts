// Whoever looks into the record: a hundred thousand entries, down to the last within reach of one key; found by filters, checked with progress, given to
// other tools. Then one letter of one of them is changed on the disk, and the next check names it.

import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Locator, Page } from 'playwright-core';
import { openAuditLog } from '../../src/audit/index.ts';
import { decision, outcome } from '../../src/audit/log.fixture.ts';
import { axeFindings } from '../harness/browser.ts';
import { modernCall, repositoryRoot, startEchoServer } from '../harness/index.ts';
import type { EchoServer } from '../harness/index.ts';
import { MISSING, visit } from './visit.fixture.ts';
import type { Visit } from './visit.fixture.ts';

const CALLS = 100_000;
/** One in so many was let in, and has a second line for its end. */
const LET_IN = 5;
/** The only one of its agent, in the middle. */
const NEEDLE = CALLS / 2;
/** So many rows are in the page at most: what is seen, and some on either side. */
const MOST_ROWS = 80;
/** How long one key to the last row may take: two hundred pages. */
const ALL_THE_WAY_MS = 70_000;
const ROW_HEIGHT = 36;
const SPAN_MS = 20 * 86_400_000;
const LOG = 'worker-0';

let server: EchoServer;
let here: Visit;
let folder: string;
const logFolder = (): string => join(folder, '.sallyport', 'audit', LOG);

before(async () => {
  if (MISSING !== undefined) return;
  mkdirSync(join(repositoryRoot, '.sallyport'), { recursive: true });
  folder = mkdtempSync(join(repositoryRoot, '.sallyport', 'test-'));
  await writeRecord();
  server = await startEchoServer({ tools: ['greet'] });
  here = await visit({ servers: { tools: { url: server.url } } }, { folder });
});
after(async () => {
  await here?.end();
  await server?.close();
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
});

/** Twenty days of calls, written as a worker writes them. */
async function writeRecord(): Promise<void> {
  mkdirSync(logFolder(), { recursive: true, mode: 0o700 });
  const from = Date.now() - SPAN_MS;
  let now = from;
  const failed: unknown[] = [];
  const log = await openAuditLog({
    directory: logFolder(),
    slot: LOG,
    clock: () => now,
    onFault: (error) => void failed.push(error),
    maxQueuedBytes: 256 * 1_048_576,
  });
  for (let call = 0; call < CALLS; call++) {
    now = from + Math.floor((call * SPAN_MS) / CALLS);
    const id = `0123456789abcdef-${call.toString(36)}`;
    const isIn = call % LET_IN === 0;
    log.append(
      decision(id, {
        time: now,
        agent: call === NEEDLE ? 'needle' : `desk-${call % 40}`,
        tool: `tool-${call}`,
        ...(!isIn && { verdict: 'deny', rule: 'never', reason: 'denied' }),
      }),
    );
    if (isIn) log.append(outcome(id, { time: now + 1 }));
  }
  await log.close();
  assert.deepEqual(failed, []);
}

const list = (page: Page): Locator => page.getByRole('grid', { name: 'Records' });
const rows = (page: Page): Locator => list(page).getByRole('row');
/** The row of the list at a place that is counted from one; the head is the first row of all. */
const rowOf = (page: Page, place: number): Locator => list(page).locator(`[role=row][aria-rowindex="${place + 1}"]`);

/** Waits for something, and counts the rows that are in the page meanwhile. */
async function watch(page: Page, sight: Locator, timeoutMs: number): Promise<{ readonly most: number }> {
  let most = 0;
  const shown = sight.waitFor({ timeout: timeoutMs }).then(() => true);
  while (!(await Promise.race([shown, page.waitForTimeout(200)]))) most = Math.max(most, await rows(page).count());
  return { most };
}

/** Drags the scroll bar so that a row is seen. */
async function scrollTo(page: Page, place: number): Promise<void> {
  await list(page).evaluate((grid, top) => grid.parentElement?.scrollTo({ top }), (place - 5) * ROW_HEIGHT);
}

test(
  'the list of a hundred thousand is scrolled to its last row and back, and the page stays as small as it was',
  { skip: MISSING },
  async () => {
    const { page } = here;
    await here.goTo('Audit');
    await choose(page, 'Kind', 'Calls');
    await rowOf(page, 1)
      .getByText(`tool-${CALLS - 1}`, { exact: true })
      .waitFor();
    await list(page).focus();

    // One key for all of the way: page after page comes in, and the list goes on to the end of each.
    await page.keyboard.press('End');
    const { most } = await watch(page, rowOf(page, CALLS).getByText('tool-0', { exact: true }), ALL_THE_WAY_MS);
    assert.ok(most <= MOST_ROWS, `${most} rows in the page`);
    assert.equal(await list(page).getAttribute('aria-rowcount'), String(CALLS + 1));
    assert.equal(await page.getByText('loaded, more follow').count(), 0);
    await page.getByRole('row', { selected: true }).getByText('tool-0', { exact: true }).waitFor();
    // No row was left out, and none came twice: the calls are numbered.
    for (const place of [CALLS, CALLS - 1, CALLS - 10])
      await rowOf(page, place)
        .getByText(`tool-${CALLS - place}`, { exact: true })
        .waitFor();
    await page.keyboard.press('Enter');
    const story = page.getByRole('dialog');
    await story.getByText('tool-0', { exact: true }).first().waitFor();
    await story.getByText(`${LOG} #`).first().waitFor();
    await page.keyboard.press('Escape');
    await story.waitFor({ state: 'detached' });

    // Rows that were let go of come back: those in the middle, where somebody drags the scroll bar to, and those above and below that are scrolled to.
    const middle = CALLS / 2;
    await scrollTo(page, middle);
    await rowOf(page, middle)
      .getByText(`tool-${CALLS - middle}`, { exact: true })
      .waitFor();
    for (const place of [middle - 600, middle - 1_200, middle - 1_800, middle + 900, middle + 2_400]) {
      await scrollTo(page, place);
      await rowOf(page, place)
        .getByText(`tool-${CALLS - place}`, { exact: true })
        .waitFor();
    }
    await list(page).focus();
    await page.keyboard.press('Home');
    await rowOf(page, 1)
      .getByText(`tool-${CALLS - 1}`, { exact: true })
      .waitFor();
    await page.keyboard.press('End');
    await rowOf(page, CALLS).getByText('tool-0', { exact: true }).waitFor();
    assert.deepEqual(await axeFindings(page), []);
    here.assertQuiet();
  },
);

test('whoever presses another key on the way to the last row stays where that leads', { skip: MISSING }, async () => {
  const { page } = here;
  await page.getByRole('button', { name: 'Look again' }).click();
  await rowOf(page, 1)
    .getByText(`tool-${CALLS - 1}`, { exact: true })
    .waitFor();
  await list(page).focus();
  await page.keyboard.press('End');
  await page.getByText('any other key stops here').waitFor();
  await page.keyboard.press('ArrowUp');
  const chosen = page.getByRole('row', { selected: true });
  const place = await chosen.getAttribute('aria-rowindex');
  await page.getByText('any other key stops here').waitFor({ state: 'detached' });
  await page.waitForTimeout(1_000);
  assert.equal(await chosen.getAttribute('aria-rowindex'), place);
  assert.ok(Number(place) < CALLS / 10, `row ${place}`);
  here.assertQuiet();
});

test('the oldest of them is as near as the newest', { skip: MISSING }, async () => {
  const { page } = here;
  await page.goto(new URL('/audit?kind=call&order=oldest', page.url()).href);
  await rows(page).filter({ hasText: 'tool-0' }).first().waitFor();
  here.assertQuiet();
});

/** The number in a text for people, whatever stands between its digits. */
function countIn(text: string | null): number {
  return Number(/\d[\d.,\s]*/.exec(text ?? '')?.[0].replaceAll(/\D/g, '') ?? 0);
}

async function choose(page: Page, select: string, option: string): Promise<void> {
  await page.getByRole('button', { name: select }).click();
  await page.getByRole('option', { name: option, exact: true }).click();
}

test('filters find one among them, and say so in the address', { skip: MISSING }, async () => {
  const { page } = here;
  await page.getByRole('textbox', { name: 'Agent' }).fill('needle');
  await page.getByRole('button', { name: 'Add to the filter' }).click();
  await rows(page)
    .filter({ hasText: `tool-${NEEDLE}` })
    .waitFor();
  assert.equal(await rows(page).count(), 2, 'the head and one entry');
  assert.equal(new URL(page.url()).searchParams.get('agent'), 'needle');
  await page.reload();
  await rows(page)
    .filter({ hasText: `tool-${NEEDLE}` })
    .waitFor();
  await choose(page, 'Verdict', 'Denied');
  await page.getByText('Nothing on record fits').waitFor();
  await choose(page, 'Verdict', 'Any verdict');
  await rows(page)
    .filter({ hasText: `tool-${NEEDLE}` })
    .waitFor();
  here.assertQuiet();
});

test('what the filter leaves is exported', { skip: MISSING }, async () => {
  const { page } = here;
  await page.getByRole('button', { name: 'Export' }).click();
  const dialog = page.getByRole('dialog', { name: 'Export the record' });
  await dialog.getByRole('textbox', { name: 'Why' }).fill('asked for by the works council');
  const [download] = await Promise.all([page.waitForEvent('download'), dialog.getByRole('button', { name: 'Export' }).click()]);
  const lines = readFileSync(await download.path(), 'utf8')
    .trimEnd()
    .split('\r\n');
  assert.match(download.suggestedFilename(), /\.csv$/);
  assert.equal(lines.length, 2);
  assert.match(lines[1] ?? '', new RegExp(`"needle".*"tool-${NEEDLE}"`));
  await page.getByText('Exported', { exact: true }).first().waitFor();
  here.assertQuiet();
});

/** Begins a check on the page and waits for what it says. */
async function verify(page: Page, verdict: string): Promise<void> {
  await page.getByRole('button', { name: 'Verify now' }).click();
  await page.getByText(verdict, { exact: true }).waitFor();
}

test('a check goes through all of it, with progress, and says that nobody changed it', { skip: MISSING }, async () => {
  const { page } = here;
  const key = await here.gateway.addAgent('robot');
  await modernCall(here.gateway.url('tools'), 'tools/call', { name: 'greet', arguments: {} }, { key });
  await page.getByRole('tab', { name: 'Verify' }).click();
  const bar = page.getByRole('progressbar');
  const seen = bar.waitFor();
  const told = page.getByText(/\d+(\.\d+)? (k|M)?B of \d/).waitFor();
  await verify(page, 'Nobody changed the record');
  await Promise.all([seen, told]);
  const said = await page.getByText(/^Good: \d+ records in 3 logs/).textContent();
  assert.ok(countIn(said) > CALLS + CALLS / LET_IN, said ?? '');
  here.assertQuiet();
});

test('one letter is changed on the disk, and the next check names the record', { skip: MISSING }, async () => {
  const { page } = here;
  const { file, line, seq } = tamper(`"tool-${NEEDLE}"`);
  await verify(page, 'The record was changed');
  const found = page.getByRole('listitem').filter({ hasText: 'altered' });
  await found.filter({ hasText: `${file}, line ${line}` }).waitFor();
  assert.match((await found.first().textContent()) ?? '', new RegExp(`\\b${seq}\\b`));
  await page.getByText('changed', { exact: true }).first().waitFor();
  assert.deepEqual(await axeFindings(page), []);
  here.assertQuiet();
});

/** Gives the agent of the record with this text another name. */
function tamper(text: string): { readonly file: string; readonly line: number; readonly seq: number } {
  for (const file of readdirSync(logFolder()).filter((name) => name.endsWith('.log'))) {
    const path = join(logFolder(), file);
    const bytes = readFileSync(path);
    const at = bytes.indexOf(text, 0, 'latin1');
    if (at === -1) continue;
    const before = bytes.subarray(0, at).toString('latin1');
    const line = before.split('\n').length;
    const agent = bytes.lastIndexOf('needle', at, 'latin1');
    bytes.write('n00dle', agent, 'latin1');
    writeFileSync(path, bytes);
    return { file, line, seq: Number(/"seq":(\d+)/.exec(before.slice(before.lastIndexOf('\n')))?.[1]) };
  }
  throw new Error(`no record has ${text}`);
}
