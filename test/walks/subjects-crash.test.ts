// What the keeper said of subjects holds, whenever and however it dies: keys that were given out are there, somebody who was erased is gone, and one of
// whom it had begun to erase something is gone too as soon as the next one looks. A real process, under the permission model as in production.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { createSubjectKeeper } from '../../src/processes/subject-keys.ts';

const WRITER = join(import.meta.dirname, 'subjects-writer.fixture.ts');
const ROOT = join(import.meta.dirname, '..', '..');
const ROUNDS = 5;

interface Line {
  readonly what: string;
  readonly name: string;
  readonly pseudonym: string;
  readonly key: string;
}

/** Runs the writer until it has said so much, then kills it; gives all that it said. */
async function killAfter(folder: string, round: number, lines: number): Promise<readonly Line[]> {
  const granted = ['--permission', '--allow-fs-read=*', `--allow-fs-write=${folder}`];
  const child = spawn(process.execPath, ['--disable-warning=SecurityWarning', ...granted, WRITER, folder, `r${round}`], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  child.stdout.setEncoding('latin1').on('data', (text: string) => {
    said += text;
    if (said.split('\n').length > lines) child.kill('SIGKILL');
  });
  const [, signal] = await once(child, 'close');
  assert.equal(signal, 'SIGKILL');
  // The last line may be torn by the kill, but a line is one write.
  return said
    .split('\n')
    .slice(0, -1)
    .map((line) => {
      const [what = '', name = '', pseudonym = '', key = ''] = line.split(' ');
      return { what, name, pseudonym, key };
    });
}

test('kill -9 while subjects are made and erased: what was said holds, and nothing of the erased is left', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'subjects-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const made = new Map<string, Line>();
  const gone = new Map<string, Line>();
  for (let round = 0; round < ROUNDS; round++) {
    for (const line of await killAfter(folder, round, 20 + 31 * round)) {
      // From when it begins: a new keeper finishes what an old one began, and nobody was told anything else.
      if (line.what === 'made') made.set(line.name, line);
      else if (line.what === 'erased') gone.set(line.name, line);
      if (line.what !== 'made') made.delete(line.name);
    }
    const keeper = createSubjectKeeper(folder, () => Buffer.alloc(32, 7));
    for (const { name, pseudonym, key } of made.values()) {
      const keys = keeper.keysNamed(`${pseudonym}.2026-11`);
      assert.equal(Buffer.from(keys?.commitmentKey ?? []).toString('hex'), key, `${name} has lost its key`);
      assert.equal(keeper.whois(pseudonym)?.name, name);
      assert.ok(keeper.keysNamed(`${pseudonym}.2026-10`) !== undefined);
    }
    const onDisk = Buffer.concat(readdirSync(folder).map((file) => readFileSync(join(folder, file))));
    for (const { name, pseudonym } of gone.values()) {
      assert.equal(keeper.whois(pseudonym), undefined, `${name} is still there`);
      assert.ok(!onDisk.includes(Buffer.from(pseudonym.slice(4), 'hex')), `something of ${name} is on the disk`);
    }
    // Nobody is half there: whoever has a key has a name.
    for (const month of ['2026-10', '2026-11']) {
      const keys = readFileSync(join(folder, `subject-keys-${month}.slots`));
      for (let at = 64; at + 64 <= keys.length; at += 64) {
        if (keys[at] === 0) continue;
        const pseudonym = `sub_${keys.subarray(at + 1, at + 13).toString('hex')}`;
        assert.ok(keeper.whois(pseudonym) !== undefined, `a key of ${pseudonym} has outlived its name`);
      }
    }
  }
  assert.ok(made.size > 30 && gone.size > 30);
});
