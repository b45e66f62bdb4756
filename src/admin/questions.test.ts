import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ok } from '../base/index.ts';
import type { Result } from '../base/index.ts';
import type { AdminProblem } from './problems.ts';
import { createQuestions } from './questions.ts';

interface Stage {
  readonly said: string[];
  readonly ask: (operator: string, what: string) => Promise<Result<string, AdminProblem>>;
}

/** Each question takes 100 ms of a clock that only they move. */
function start(): Stage {
  let now = 0;
  const said: string[] = [];
  const questions = createQuestions(
    () => now,
    async (ms) => void said.push(`rest ${ms}`),
  );
  const ask: Stage['ask'] = (operator, what) =>
    questions.ask(operator, async () => {
      said.push(what);
      now += 100;
      return ok(what);
    });
  return { said, ask };
}

test('one is asked at a time, people take turns, and after each there is as long a rest as it took', async () => {
  const { said, ask } = start();
  await Promise.all([ask('eve', 'eve 1'), ask('eve', 'eve 2'), ask('eve', 'eve 3'), ask('ada', 'ada 1')]);
  assert.deepEqual(
    said.filter((one) => !one.startsWith('rest')),
    ['eve 1', 'eve 2', 'ada 1', 'eve 3'],
  );
  assert.deepEqual(said.slice(0, 4), ['eve 1', 'rest 100', 'eve 2', 'rest 100']);
});

test('who asks too much at once is told to wait, and others are not', async () => {
  const { ask } = start();
  const many = Array.from({ length: 12 }, (_, n) => ask('eve', `eve ${n}`));
  assert.equal((await ask('ada', 'ada')).ok, true);
  const answers = await Promise.all(many);
  assert.equal(answers.filter((answer) => answer.ok).length, 9);
  for (const answer of answers.slice(9)) assert(!answer.ok && answer.error.code === 'too_many_questions');
});

test('what throws is told to who asked, and holds up nobody', async () => {
  const questions = createQuestions();
  await assert.rejects(
    questions.ask('eve', () => Promise.reject(new Error('broken'))),
    /broken/,
  );
  assert.deepEqual(await questions.ask('eve', async () => ok(1)), ok(1));
});
