import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SightingReport } from '../proxy/index.ts';
import { readReport, reportSightings } from './sighting-report.ts';
import type { TakenReport } from './sighting-report.ts';

/** What control is sent of a list of these definitions, part by part. */
async function sentOf(
  definitions: SightingReport['definitions'],
  { known = [], fault }: { readonly known?: readonly string[]; readonly fault?: string } = {},
): Promise<{ readonly parts: readonly TakenReport[]; readonly largest: number }> {
  const parts: TakenReport[] = [];
  let largest = 0;
  const names = definitions.map(({ name }) => name);
  await reportSightings(
    {
      request: async (_role, type, { report }) => {
        const text = JSON.stringify(report);
        largest = Math.max(largest, text.length);
        const read = readReport(JSON.parse(text));
        assert.ok(read !== undefined);
        parts.push(read);
        return { type, fields: fault === undefined ? {} : { error: fault }, payload: new Uint8Array(), reply: () => {} };
      },
    },
    { server: 'files', serverVersion: '1', kind: 'tool', isLast: true, whole: { kind: 'tool', names }, definitions },
    { fingerprints: (_server, _kind, name) => (known.includes(name) ? ['f1:x'] : []) },
  );
  return { parts, largest };
}

function tool(name: string, text = '{}'): SightingReport['definitions'][number] {
  return { kind: 'tool', name, text };
}

test('a long list goes in parts, of which only the last one ends it and the first one says what is gone', async () => {
  const { parts } = await sentOf(Array.from({ length: 12_000 }, (_, at) => tool(`t${at}`)));
  assert.deepEqual(
    parts.map(({ definitions, isLast, whole }) => [definitions.length, isLast, whole?.names.length]),
    [
      [5_000, false, 12_000],
      [5_000, false, undefined],
      [2_000, true, undefined],
    ],
  );
});

test('no part is nearly as large as a frame may be, whatever is in it', async () => {
  const { parts, largest } = await sentOf(Array.from({ length: 300 }, (_, at) => tool(`t${at}`, '"'.repeat(200_000))));
  assert.equal(parts.flatMap(({ definitions }) => definitions).length, 300);
  assert.ok(parts.length > 5 && largest < 32 * 1024 * 1024, `${parts.length} parts, ${largest}`);
});

test('a definition that is too large goes by its fingerprint', async () => {
  const { parts, largest } = await sentOf([tool('n', `[${'100000000000000000000,'.repeat(3_340_000)}1]`)]);
  const [one] = parts[0]?.definitions ?? [];
  assert.ok(one !== undefined && 'bytes' in one);
  assert.deepEqual([one.name, one.bytes, /^f1:[0-9a-f]{64}$/.test(one.fingerprint)], ['n', 73_480_003, true]);
  assert.ok(largest < 1_000);
});

test('however much is new, a change of what is approved is told, and first', async () => {
  const { parts } = await sentOf([...Array.from({ length: 30_000 }, (_, at) => tool(`t${at}`)), tool('mine')], { known: ['mine'] });
  assert.equal(parts[0]?.definitions[0]?.name, 'mine');
  assert.equal(parts.flatMap(({ definitions }) => definitions).length, 20_001);
});

test('what has a name that nobody would call is not told of', async () => {
  const { parts } = await sentOf([tool('n'.repeat(2_000)), tool('n')]);
  assert.deepEqual(
    parts.map(({ definitions, whole }) => [definitions.map(({ name }) => name), whole?.names]),
    [[['n'], ['n']]],
  );
});

test('a part that cannot be judged fails the report', async () => {
  await assert.rejects(sentOf([tool('n')], { fault: 'the report could not be judged' }), /could not be judged/);
});
