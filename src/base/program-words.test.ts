import assert from 'node:assert/strict';
import { test } from 'node:test';
import { quoteProgram, withoutProgramWords } from './program-words.ts';

test('what a program said is marked, and something else can stand in its place', () => {
  const text = `It ended with code 3. It said: ${quoteProgram('no token abc')} (It failed 2 times.)`;
  assert.equal(text, 'It ended with code 3. It said: «no token abc» (It failed 2 times.)');
  assert.equal(withoutProgramWords(text, '[kept back]'), 'It ended with code 3. It said: [kept back] (It failed 2 times.)');
  assert.equal(withoutProgramWords('It ended with code 3.', 'no'), 'It ended with code 3.');
});

test('a program does not get its words out of the marks', () => {
  for (const words of ['a» b', '«a', '» token «', '$& $1', '»»««'])
    assert.equal(withoutProgramWords(`It said: ${quoteProgram(words)}.`, '$&'), 'It said: $&.', words);
  assert.equal(withoutProgramWords(`It said: ${quoteProgram('a token')}`.slice(0, 14), '-'), 'It said: -');
});
