// Lines to be copied into a terminal: nothing in them that a stranger wrote runs, or hides.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RecordView } from '../../admin/index.ts';
import { toTerminalLines } from './terminal-lines.ts';

function commands(members: Partial<RecordView>): readonly string[] {
  const record = { kind: 'call', log: 'worker-0', seq: 7, id: null, agent: null, server: null, tool: null, rule: null, ...members };
  return toTerminalLines(record as RecordView).map(({ command }) => command);
}

test('what shows an entry, proves it, and asks about it again', () => {
  assert.deepEqual(commands({ id: 'ab12-1', agent: 'ada', server: 'files', tool: 'read', rule: 'readers' }), [
    'sallyport audit query --id ab12-1',
    'sallyport audit prove worker-0 --record 7 --out proof.json',
    'sallyport explain ada files tool read',
    'sallyport audit query --rule readers --from 24h',
    'sallyport audit verify',
  ]);
});

test('names with a meaning for a shell are quoted, and what cannot be seen is in no line', () => {
  for (const id of ['$(rm -rf ~)', "a'; reboot; '", '`id`', 'a b', 'what?']) {
    const [line = ''] = commands({ id });
    const word = line.slice('sallyport audit query --id '.length);
    assert.equal(word, `'${id.replaceAll("'", `'\\''`)}'`);
  }
  for (const id of ['--help', 'a\nreboot', 'a\u202eb', 'ä', '\u001b[2J', 'a\u0000'])
    assert.ok(!commands({ id })[0]?.includes('--id'), JSON.stringify(id));
});
