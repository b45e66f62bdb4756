import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bed } from './fakes.fixture.ts';
import { readList } from './member-lists.ts';
import type { Pages, Reading, ReadingOptions } from './member-lists.ts';
import { fakeMembers } from './members.fixture.ts';
import type { FakeMembers } from './members.fixture.ts';

const { ports, server } = bed([]);

interface Begun extends FakeMembers {
  readonly reading: Reading;
  readonly done: Pages[];
}

function begin(options: Partial<ReadingOptions> = {}): Begun {
  const members = fakeMembers();
  const done: Pages[] = [];
  const all = { cursor: undefined, maxPages: 10, take: () => true, ...options };
  const reading = readList(members.asker, server.server, 'tools', all, ports, (pages) => done.push(pages));
  return { ...members, reading, done };
}
const page = (names: readonly string[], next?: string, ttlMs = 1_000) => ({
  resultType: 'complete',
  tools: names.map((name) => ({ name, inputSchema: { type: 'object' } })),
  ttlMs,
  cacheScope: 'public',
  ...(next !== undefined && { nextCursor: next }),
});
const namesOf = ({ elements }: Pages): readonly string[] => elements.map(({ name }) => name);

test('page after page, in the agent’s name and with the server’s own cursors', () => {
  const { asked, last, done } = begin();
  assert.deepEqual(
    last().params,
    { _meta: { 'io.modelcontextprotocol/protocolVersion': '2026-07-28' } },
    'neither our cursor nor its token',
  );
  last().result(page(['a', 'b'], '', 500));
  assert.equal(last().params['cursor'], '', 'the empty string is a cursor');
  last().result(page(['c']));
  assert.equal(asked.length, 2);
  assert.deepEqual(done.map(namesOf), [['a', 'b', 'c']]);
  assert.partialDeepStrictEqual(done[0], { rest: undefined, ttlMs: 500, fault: undefined });
});

test('so many pages and no more; the rest has a cursor', () => {
  const { last, done } = begin({ maxPages: 2 });
  last().result(page(['a'], '1'));
  last().result(page(['b'], '2'));
  assert.partialDeepStrictEqual(done[0], { rest: { cursor: '2' }, fault: undefined });
});

test('a page for which there is no room is asked for another time', () => {
  let room = 1;
  const { last, done } = begin({ take: () => room-- > 0 });
  last().result(page(['a'], '1'));
  last().result(page(['b'], '2'));
  assert.deepEqual(done.map(namesOf), [['a']]);
  assert.deepEqual(done[0]?.rest, { cursor: '1' });
});

test('a server without such a list has an empty one', () => {
  const { last, done } = begin();
  last().error(-32601);
  assert.partialDeepStrictEqual(done[0], { elements: [], rest: undefined, fault: undefined });
});

test('an error, a loss and an answer without a list are faults; what broke off in the middle may go on', () => {
  const failing = begin();
  failing.last().error(-32603);
  assert.partialDeepStrictEqual(failing.done[0], { rest: undefined, fault: { code: 'upstream_malformed' } });
  const lost = begin();
  lost.last().result(page(['a'], '1'));
  lost.last().fail({ code: 'upstream_unreachable' });
  assert.partialDeepStrictEqual(lost.done[0], { rest: { cursor: '1' }, fault: { code: 'upstream_unreachable' } });
  const odd = begin();
  odd.last().result({ resultType: 'complete', tools: 7 });
  assert.partialDeepStrictEqual(odd.done[0], { fault: { code: 'upstream_malformed' } });
});

test('what has no name, or annotations that are invalid, is left out', () => {
  const { last, done } = begin();
  const broken = { type: 'object', properties: { a: { type: 'number', 'x-mcp-header': 'A' } } };
  last().result({ resultType: 'complete', tools: [{}, 3, { name: 7 }, { name: 'bad', inputSchema: broken }, { name: 'good' }] });
  assert.deepEqual(done.map(namesOf), [['good']]);
});

test('who a tool is for, and the page of its app', () => {
  const { last, done } = begin();
  const withUi = (name: string, meta: object) => ({ name, inputSchema: { type: 'object' }, _meta: { ...meta } });
  last().result({
    resultType: 'complete',
    tools: [
      withUi('both', { ui: { visibility: ['model', 'app'], resourceUri: 'ui://a' } }),
      withUi('app', { ui: { visibility: ['app'] } }),
      withUi('twice', { ui: { visibility: ['app', 'app'] } }),
      withUi('none', { ui: { visibility: [] } }),
      withUi('old', { 'ui/resourceUri': 'ui://b' }),
      withUi('other', { ui: { resourceUri: 'file:///c' } }),
    ],
  });
  assert.deepEqual(
    done[0]?.elements.map(({ name, appOnly, ui }) => [name, appOnly, ui]),
    [
      ['both', false, 'ui://a'],
      ['app', true, undefined],
      ['twice', true, undefined],
      ['none', false, undefined],
      ['old', false, 'ui://b'],
      ['other', false, undefined],
    ],
  );
});

test('given up, it says nothing more', () => {
  const { last, reading, done } = begin();
  last().result(page(['a'], '1'));
  assert.deepEqual(namesOf(reading.sofar()), ['a']);
  reading.giveUp();
  assert.equal(last().given.up, true);
  last().result(page(['b']));
  assert.equal(done.length, 0);
});
