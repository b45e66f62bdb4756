// A rule asks about a call: a person opens it, sees all that its server would get, and answers. What they approve passes once. Who may not answer is told why.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Page } from 'playwright-core';
import { axeFindings } from '../harness/browser.ts';
import { approvalIn, at, modernAnswers, modernCall, startScriptedServer, textAt } from '../harness/index.ts';
import type { ScriptedServer } from '../harness/index.ts';
import { MISSING, visit } from './visit.fixture.ts';
import type { Visit } from './visit.fixture.ts';

const PAY = {
  name: 'pay',
  description: 'Pays somebody, at once.',
  inputSchema: { type: 'object', properties: { amount: { type: 'integer' }, to: { type: 'string' } } },
};

let server: ScriptedServer;
let here: Visit;
let key: string;

before(async () => {
  if (MISSING !== undefined) return;
  server = await startScriptedServer(
    modernAnswers({
      'tools/list': { resultType: 'complete', tools: [PAY], ttlMs: 60_000, cacheScope: 'private' },
      'tools/call': { resultType: 'complete', content: [{ type: 'text', text: 'paid' }] },
    }),
  );
  here = await visit({
    servers: { bank: { url: server.url, tools: { pay: { labels: ['money'] } } } },
    rules: [
      {
        name: 'people-decide',
        description: 'Somebody of finance looks at payments.',
        effect: 'ask',
        agents: ['*'],
        servers: ['bank'],
        tools: ['pay'],
        when: 'args.amount > 10',
      },
    ],
    // Nobody answers so fast: the agent is refused and asks again, as it is told to.
    limits: { approvalWaitMs: 200 },
  });
  key = await here.gateway.addAgent('robot');
  for (const role of ['approver', 'viewer']) {
    const { code, stderr } = await here.gateway.cli('operators', 'add', `${role}-of-the-day`, '--role', role, '--output', 'json');
    assert.equal(code, 0, stderr);
  }
});
after(async () => {
  await here?.end();
  await server?.close();
});

/** A payment; the answer says what became of it. */
async function pay(amount: number): Promise<string> {
  const params = { name: 'pay', arguments: { amount, to: 'DE02 1203 0000 0000 2020 51' } };
  const { result } = await modernCall(here.gateway.url('bank'), 'tools/call', params, { key });
  const said = textAt(result, 'content', 0, 'text');
  return at(result, 'isError') === true ? `refused: ${said}` : said;
}

const payments = (): number => server.seen.filter(({ method }) => method === 'tools/call').length;
const waits = (page: Page): ReturnType<Page['getByRole']> =>
  page.getByRole('grid', { name: 'Calls that wait' }).getByRole('row').filter({ hasText: 'robot' });

test('a call that needs a person is opened, approved, and passes once', { skip: MISSING }, async () => {
  const { page } = here;
  await here.goTo('Approvals');
  await page.getByText('Nothing waits for you').waitFor();
  const refused = await pay(70);
  const id = approvalIn(refused);
  assert.notEqual(id, '', refused);

  await waits(page).click();
  const drawer = page.getByRole('dialog', { name: 'A call that needs a person' });
  const content = await drawer.getByRole('region', { name: 'Arguments' }).textContent();
  assert.match(content ?? '', /"amount": ?70/);
  assert.match(content ?? '', /DE02 1203/);
  for (const fact of [
    'people-decide',
    id,
    'Pays somebody, at once.',
    'money',
    'Somebody of finance looks at payments.',
    'args.amount > 10',
  ])
    await drawer.getByText(fact, { exact: true }).waitFor();
  assert.deepEqual(await axeFindings(page), []);
  await drawer.getByRole('button', { name: 'Approve' }).click();
  const question = page.getByRole('dialog', { name: 'Approve pay of bank?' });
  assert.equal(await question.getByRole('textbox', { name: 'The same as a command' }).textContent(), `sallyport approvals approve ${id}`);
  await question.getByRole('button', { name: 'Approve' }).click();
  await page
    .getByRole('status')
    .filter({ hasText: 'Approved' })
    .getByText(/^On record as operator:/)
    .waitFor();
  await page.getByText('Nothing waits for you').waitFor();

  assert.equal(await pay(70), 'paid');
  assert.notEqual(approvalIn(await pay(70)), id);
  assert.equal(payments(), 1);
  await page.getByRole('tab', { name: 'Answered' }).click();
  const answered = page.getByRole('grid', { name: 'Calls that were answered' }).getByRole('row').filter({ hasText: 'robot' });
  await answered.getByText('used', { exact: true }).waitFor();
  await answered.getByText(/^operator:/).waitFor();
  here.assertQuiet();
});

test('a viewer sees that a call waits, and learns why it is not theirs to answer', { skip: MISSING }, async () => {
  const { page } = await here.signIn('viewer-of-the-day');
  await here.goTo('Approvals', page);
  await page.getByRole('checkbox', { name: 'Choose pay of robot' }).press('Space');
  const approve = page.getByRole('group', { name: 'Chosen approvals' }).getByRole('button', { name: 'Approve 1' });
  assert.equal(await approve.isDisabled(), true);
  await approve.focus();
  await page.getByRole('tooltip', { name: 'Your role, viewer, does not allow this.' }).waitFor();
  await page.keyboard.press('Enter');
  assert.equal(await page.getByRole('dialog').count(), 0);

  await waits(page).click();
  const drawer = page.getByRole('dialog', { name: 'A call that needs a person' });
  await drawer.getByText('Your role, viewer, does not allow this.').waitFor();
  assert.equal(await drawer.getByRole('button', { name: 'Approve' }).count(), 0);
  assert.equal(await drawer.getByText('DE02').count(), 0, 'what a call says is for who decides about it');
  here.assertQuiet();
});

test('an approver answers, with the keyboard alone', { skip: MISSING }, async () => {
  const { page } = await here.signIn('approver-of-the-day');
  await here.goTo('Approvals', page);
  await waits(page).waitFor();
  const grid = page.getByRole('grid', { name: 'Calls that wait' });
  await grid.focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  const reject = page.getByRole('dialog', { name: 'A call that needs a person' }).getByRole('button', { name: 'Reject' });
  await reject.focus();
  await page.keyboard.press('Enter');
  const question = page.getByRole('dialog', { name: 'Reject pay of bank?' });
  await question.getByRole('button', { name: 'Reject' }).focus();
  await page.keyboard.press('Enter');
  await page.getByText('On record as operator:approver-of-the-day.').waitFor();
  await page.getByText('Nothing waits for you').waitFor();
  assert.match(await pay(70), /^refused: /);
  assert.equal(payments(), 1);
  here.assertQuiet();
});
