// A person who changes the policy: a slip is refused where it is, what a change would have done is seen before it is saved, and what was saved can be undone.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import type { Locator } from 'playwright-core';
import { axeFindings } from '../harness/browser.ts';
import { at, modernCall, startEchoServer } from '../harness/index.ts';
import type { EchoServer } from '../harness/index.ts';
import { MISSING, visit } from './visit.fixture.ts';
import type { Visit } from './visit.fixture.ts';

const READERS = `# Everybody greets.
rules:
  - name: may-greet
    effect: allow
    agents: ['*']
    servers: [tools]
    tools: [greet]
`;
const ERASERS = `${READERS}  - name: may-erase
    effect: allow
    agents: [robot]
    servers: [tools]
    tools: [erase]
`;
/** The effect of the second rule, on line 9, is none. */
const SLIP = ERASERS.replace('effect: allow\n    agents: [robot]', 'effect: alow\n    agents: [robot]');
const FILE = (url: string): string => `# Our gateway.
version: 1
workers: 2
listen: 127.0.0.1:0
admin: { listen: 127.0.0.1:0 } # for people
policy:
${indent(READERS)}servers:
  tools: { url: '${url}' } # theirs
`;
const CAN_BE_SAVED = 'Save and put in force';

let server: EchoServer;
let here: Visit;
let key: string;
let written: string;

before(async () => {
  if (MISSING !== undefined) return;
  server = await startEchoServer({ tools: ['greet', 'erase'] });
  here = await visit(FILE(server.url));
  written = configText();
  key = await here.gateway.addAgent('robot');
});
after(async () => {
  await here?.end();
  await server?.close();
});

function indent(text: string): string {
  return text.replaceAll(/^(?=.)/gm, '  ');
}

const configText = (): string => readFileSync(here.gateway.configFile, 'utf8');
/** Whether the policy lets a call pass. */
async function passes(name: string): Promise<boolean> {
  const { result } = await modernCall(here.gateway.url('tools'), 'tools/call', { name, arguments: {} }, { key });
  return result !== undefined && at(result, 'isError') !== true;
}

const view = (name: string): Promise<void> => here.page.getByRole('tab', { name }).click();
const button = (name: string, within: Locator = here.page.getByRole('main')): Locator => within.getByRole('button', { name, exact: true });
const toast = (text: string): Promise<void> => here.page.getByRole('status').filter({ hasText: text }).waitFor();
/** What leads to the slip. */
const mistake = (): Locator => here.page.getByRole('button', { name: /^line 9 .*effect/ });

/** Puts a text in place of the one in the editor, from the clipboard. */
async function write(text: string): Promise<void> {
  const { page } = here;
  await page.evaluate(`navigator.clipboard.writeText(${JSON.stringify(text)})`);
  await page.getByRole('textbox', { name: 'Policy', exact: true }).press('ControlOrMeta+a');
  await page.keyboard.press('ControlOrMeta+v');
}

test('a slip is shown at its line as it is written, and cannot be saved', { skip: MISSING }, async () => {
  const { page } = here;
  assert.deepEqual([await passes('greet'), await passes('erase'), await passes('erase')], [true, false, false]);
  await here.goTo('Policies');
  await page.getByText('in force', { exact: true }).waitFor();
  await write(SLIP);
  await page.getByRole('heading', { name: 'Cannot be put in force' }).waitFor();
  assert.match((await mistake().textContent()) ?? '', /allow/, 'it says what would do');
  assert.deepEqual(await axeFindings(page), []);

  await button('Save…').click();
  const dialog = page.getByRole('dialog', { name: 'Save this policy' });
  await dialog
    .getByRole('alert')
    .filter({ hasText: 'It cannot be put in force' })
    .getByText(/Line 9/)
    .waitFor();
  await dialog.getByRole('textbox', { name: 'Why' }).fill('Robots erase');
  const save = button(CAN_BE_SAVED, dialog);
  assert.equal(await save.isDisabled(), true);
  await save.hover();
  await page.getByRole('tooltip', { name: 'What is wrong has to be mended first.' }).waitFor();
  await button('Cancel', dialog).click();
  assert.equal(configText(), written);
  assert.equal(await passes('erase'), false);
  here.assertQuiet();
});

test('what becomes of a call is explained by the policy in force', { skip: MISSING }, async () => {
  const { page } = here;
  await view('Explain');
  for (const [label, value] of [
    ['Agent', 'robot'],
    ['Server', 'tools'],
    ['Name', 'erase'],
  ] as const)
    await page.getByRole('textbox', { name: label, exact: true }).fill(value);
  await button('Explain').click();
  await page.getByText('It would be refused').waitFor();
  assert.equal(await page.getByRole('textbox', { name: 'Command', exact: true }).textContent(), 'sallyport explain robot tools tool erase');
  here.assertQuiet();
});

test('what is written is tried on what has happened before anything is saved', { skip: MISSING }, async () => {
  const { page } = here;
  await view('Document');
  // It leads to its line, where it is mended by hand.
  await mistake().click();
  await page.keyboard.press('End');
  await page.keyboard.press('Shift+Home');
  await page.keyboard.type('effect: allow');
  await page.getByRole('heading', { name: 'Cannot be put in force' }).waitFor({ state: 'detached' });
  await button('Replay').click();
  await page.getByRole('heading', { name: 'Try what you have written on what has happened' }).waitFor();
  await button('Replay').click();
  const groups = page.getByRole('grid', { name: 'What would be decided otherwise' }).getByRole('row');
  const erased = groups.filter({ hasText: 'erase' });
  await erased.waitFor();
  const cells = await erased.getByRole('gridcell').allTextContents();
  assert.deepEqual(cells.slice(0, 5), ['robot', 'tools / erase', 'denyno rule', 'allowmay-erase', '3']);
  // The head, and nothing but that.
  assert.equal(await groups.count(), 2);
  assert.equal(await passes('erase'), false, 'nothing is in force yet');
  here.assertQuiet();
});

test('saved with a reason it is in force at the next call, and nothing else of the file is another', { skip: MISSING }, async () => {
  const { page } = here;
  await view('Document');
  await button('Save…').click();
  const dialog = page.getByRole('dialog', { name: 'Save this policy' });
  await dialog.getByRole('listitem').filter({ hasText: 'added' }).getByText('may-erase').waitFor();
  const comparison = dialog.getByRole('region', { name: 'The policy now, and as it would be' });
  await comparison.getByRole('cell', { name: /^added:\s+- name: may-erase$/ }).waitFor();
  assert.equal(await button(CAN_BE_SAVED, dialog).isDisabled(), true, 'somebody has to say why');
  await dialog.getByRole('textbox', { name: 'Why' }).fill('Robots erase what is old');
  const line = await dialog.getByRole('textbox', { name: 'The same, with the text in policy.yaml' }).textContent();
  assert.match(line ?? '', /^sallyport policy save policy\.yaml --reason 'Robots erase what is old' --if-match [0-9a-f]{64}$/);
  assert.deepEqual(await axeFindings(page), []);
  await button(CAN_BE_SAVED, dialog).click();
  await toast('In force as revision 2');
  assert.equal(await passes('erase'), true);
  assert.equal(configText(), written.replace(indent(READERS), indent(ERASERS)));
  await page.getByText('in force', { exact: true }).waitFor();
  here.assertQuiet();
});

test('the history says who and why, and leads back', { skip: MISSING }, async () => {
  const { page } = here;
  await view('History');
  const revisions = page.getByRole('grid', { name: 'Revisions of the policy' }).getByRole('row');
  const second = revisions.filter({ hasText: 'Robots erase what is old' });
  await second.getByText(/^operator:/).waitFor();
  await second.getByText('in force').waitFor();
  await revisions.filter({ hasText: 'found in the file' }).click();
  await page.getByRole('heading', { name: 'Revision 1' }).waitFor();
  await button('Roll back to this…').click();
  const dialog = page.getByRole('dialog', { name: 'Roll back to revision 1' });
  await dialog.getByRole('listitem').filter({ hasText: 'removed' }).getByText('may-erase').waitFor();
  assert.equal(await dialog.getByRole('textbox', { name: 'Why' }).inputValue(), 'Back to revision 1');
  const line = await dialog.getByRole('textbox', { name: 'The same as a command' }).textContent();
  assert.match(line ?? '', /^sallyport policy roll-back 1 --reason 'Back to revision 1' --if-match [0-9a-f]{64}$/);
  await button('Roll back', dialog).click();
  await toast('In force as revision 3');
  assert.equal(await passes('erase'), false);
  assert.equal(configText(), written);
  await button('All revisions').click();
  await revisions.filter({ hasText: 'Back to revision 1' }).getByText('in force').waitFor();
  here.assertQuiet();
});
