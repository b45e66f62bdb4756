// The evaluation itself: the project's own corpus is the same every time, everything in it is what it says, the command reaches its aims on it, reads
// it from a folder as well, says what is missed by id alone, and fails where an aim is missed.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';

import { EVASIONS, HIDING } from './evasions.ts';
import { generateCorpus, writeCorpus } from './generated/corpus.ts';
import { readCorpus } from './corpus.ts';
import { evaluate } from './measure.ts';
import { isSameSpan } from './rates.ts';
import { isGood, reportOf } from './report.ts';

const SEED = 7;

describe('the generated corpus', () => {
  const corpus = generateCorpus(SEED);

  it('is the same for the same seed, and another one for another', () => {
    assert.deepEqual(generateCorpus(SEED), corpus);
    assert.notDeepEqual(generateCorpus(SEED + 1).secrets, corpus.secrets);
  });

  it('survives being written as files and read again', (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'sallyport-corpus-'));
    t.after(() => rmSync(folder, { recursive: true }));
    writeCorpus(corpus, folder);
    assert.deepEqual(readCorpus(folder), { ...corpus, name: folder });
    assert.throws(() => readCorpus(join(folder, 'nothing')), /has none of/);
  });

  it('holds every encoding, and each row of one holds a text that stands there plain', () => {
    const rows = corpus.content.filter((row) => row.corpus === 'evasion');
    const plain = rows.filter(({ category }) => category === 'plain').map(({ text }) => text);
    assert.equal(EVASIONS.length, 22);
    assert.ok(HIDING.every((name) => EVASIONS.some((evasion) => evasion.name === name)));
    for (const { name, holds } of EVASIONS) {
      const written = rows.filter(({ category }) => category === name);
      assert.equal(written.length, plain.length);
      for (const [n, row] of written.entries()) assert.ok(holds(row.text, plain[n] ?? ''), `${name} ${n}`);
    }
  });
});

describe('the evaluation', () => {
  const corpus = generateCorpus(SEED);

  it('misses aims where nothing is found, and where everything is', () => {
    const nothing = evaluate(corpus, () => []);
    const everything = evaluate(corpus, (text) =>
      (['secret', 'hidden', 'directive'] as const).map((kind) => ({ type: 'x', class: kind, start: 0, end: text.length })),
    );
    assert.equal(isGood(nothing), false);
    assert.equal(isGood(everything), false);
    const missed = (evaluation: typeof nothing): readonly string[] =>
      evaluation.aims.filter(({ verdict }) => verdict === 'missed').map(({ name }) => name);
    assert.ok(missed(nothing).some((name) => name.includes('recall of what is expected')));
    assert.deepEqual(
      missed(everything).filter((name) => /false positives|alarms/.test(name)),
      [
        'secrets: false positives in real results',
        'hidden: alarms on legitimate scripts',
        'hidden: alarms on real tool descriptions',
        'directive: false positives in real tool descriptions',
      ],
    );
  });

  it('says what is missed by id, never what stands there', () => {
    const said = reportOf(evaluate(corpus, () => []));
    const stated = JSON.stringify(evaluate(corpus, () => []));
    assert.match(said, /missed: secrets:1 /);
    for (const { text } of [...corpus.secrets, ...corpus.pii].filter((row) => row.text.length > 20)) {
      assert.ok(!said.includes(text));
      assert.ok(!stated.includes(text));
    }
  });

  it('takes spans that differ in punctuation at their ends for the same, and no others', () => {
    const text = 'to <ada@quill.net>, or (4111).';
    assert.ok(isSameSpan(text, { start: 4, end: 17 }, { start: 3, end: 19 }));
    assert.ok(!isSameSpan(text, { start: 4, end: 17 }, { start: 5, end: 17 }));
    assert.ok(!isSameSpan(text, { start: 24, end: 28 }, { start: 24, end: 27 }));
  });
});

it('npm run inspect:eval reaches its aims on the generated corpus, from a folder too, and writes its figures', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-eval-'));
  t.after(() => rmSync(folder, { recursive: true }));
  writeCorpus(generateCorpus(SEED), folder);
  const file = join(folder, 'figures.json');
  const run = spawnSync(process.execPath, [fileURLToPath(new URL('run.ts', import.meta.url)), '--corpus', folder, '--json', file], {
    encoding: 'utf8',
  });
  assert.equal(run.status, 0, run.stdout.slice(run.stdout.indexOf('\naims')) + run.stderr);
  const figures: unknown = JSON.parse(readFileSync(file, 'utf8'));
  assert.deepEqual(Object.keys(Object(figures)), ['corpus', 'sections', 'aims']);
});
