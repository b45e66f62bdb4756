// The keys that somebody names: as text or by a file. What is nearly one is told from what is none, since that is a slip of the hand and no wrong key.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { findKeys } from './checkpoint-files.ts';
import { createSigner } from './signed-log.fixture.ts';

it('finds keys as they are named, and says why there are none', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-keys-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const { printed } = createSigner();
  const slip = `${printed.slice(0, -3)}${printed.at(-3) === 'A' ? 'B' : 'A'}${printed.slice(-2)}`;
  const [good, bad] = [join(folder, 'good.key'), join(folder, 'bad.key')];
  writeFileSync(good, `${printed}\n`);
  writeFileSync(bad, `${slip}\n`);
  for (const name of [printed, good]) {
    const found = await findKeys([name]);
    assert.ok(found.ok && found.value?.length === 1, name);
  }
  const mistake = 'a verifier key with a mistake in it: its id does not fit it. Copy it anew.';
  for (const [name, error] of [
    [slip, `'${slip}' is ${mistake}`],
    [printed.slice(0, -1), `'${printed.slice(0, -1)}' is ${mistake}`],
    [bad, `'${bad}' has ${mistake}`],
    ['nonsense', "'nonsense' is neither a verifier key nor a file with some."],
    [folder, `'${folder}' is neither a verifier key nor a file with some.`],
  ] as const)
    assert.deepEqual(await findKeys([name]), { ok: false, error }, name);
});
