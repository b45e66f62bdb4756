import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApiProblem, asProblem, toProblem, toUnreachable } from './problem.ts';

test('a problem of the API keeps its code, its words and its places', () => {
  const place = { severity: 'error', file: 'sallyport.yaml', line: 7, column: 3, path: 'policy', message: 'unknown key' };
  const problem = toProblem(422, { code: 'config_refused', title: 'Refused.', detail: 'See below.', problems: [place, 'nonsense'] });
  assert.deepEqual(
    { code: problem.code, status: problem.status, title: problem.title, detail: problem.detail, problems: problem.problems },
    { code: 'config_refused', status: 422, title: 'Refused.', detail: 'See below.', problems: [place] },
  );
});

test('an answer that is no problem of the API says so', () => {
  for (const body of [undefined, null, 'gateway timeout', { code: 7 }, []]) assert.equal(toProblem(502, body).code, 'unreadable');
});

test('no answer, and faults of the page, have the same shape', () => {
  assert.equal(toUnreachable(new TypeError('failed to fetch')).code, 'unreachable');
  assert.equal(asProblem(new Error('broken')).detail, 'broken');
  const problem = new ApiProblem({ code: 'forbidden', status: 403, title: 'No.', detail: '' });
  assert.equal(asProblem(problem), problem);
  assert.equal(problem.message, 'No.');
});
