import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { createHeaderList } from '../http/index.ts';
import { rereadMessage } from '../mcp/index.ts';
import { createLog } from '../telemetry/index.ts';
import { createHeaderCatalogue } from '../tools/index.ts';
import { bed, modern, rule, useRoad } from './fakes.fixture.ts';
import type { Bed } from './fakes.fixture.ts';
import { learnTools } from './listed-tools.ts';
import { carry } from './pipeline.ts';

useRoad(carry);

const JSON_HEAD = createHeaderList(['content-type'], ['application/json']);
const tool = (name: string, header?: string): object => ({
  name,
  inputSchema: { type: 'object', properties: { region: { type: 'string', ...(header !== undefined && { 'x-mcp-header': header }) } } },
});
const listOf = (...tools: readonly object[]): Buffer =>
  Buffer.from(JSON.stringify({ jsonrpc: '2.0', id: 1, result: { resultType: 'complete', tools, nextCursor: 'next' } }));

const lines: string[] = [];
const ports = {
  headerCatalogue: createHeaderCatalogue(),
  log: createLog({ process: 'test', level: 'warn', write: (line) => lines.push(String(line)), clock: () => 0, format: 'json' }),
};
let road: Bed;
beforeEach(() => {
  lines.length = 0;
  road = bed([rule('all', 'allow')]);
});

test('valid tools pass as they are, and teach', () => {
  const said = rereadMessage('result', listOf(tool('plain'), tool('annotated', 'Region')));
  assert.equal(learnTools('desk', said, ports), said);
  assert.deepEqual(ports.headerCatalogue.get('desk', 'annotated'), [{ header: 'Region', path: ['region'], type: 'string' }]);
  assert.deepEqual(lines, []);
});

test('invalid tools are taken out, in one line of the log', () => {
  const said = rereadMessage('result', listOf(tool('bad', ''), tool('good', 'Region'), tool('worse', 'not a token')));
  const left = learnTools('desk', said, ports);
  assert.equal(Buffer.from(left.document.bytes).toString(), listOf(tool('good', 'Region')).toString());
  assert.equal(lines.length, 1);
  assert.match(lines[0] ?? '', /"server":"desk","tools":2,"first":"bad"/);
});

test('what is no list of tools passes', () => {
  const error = rereadMessage('error', Buffer.from('{"jsonrpc":"2.0","id":1,"error":{"code":1,"message":"no"}}'));
  assert.equal(learnTools('desk', error, ports), error);
});

test('an agent does not see a tool whose annotations are invalid', () => {
  const reply = road.arrive(...modern('tools/list'));
  road.server.handler?.onHead(200, JSON_HEAD);
  road.server.handler?.onBody(listOf(tool('bad', 'a b'), tool('good', 'Region')));
  road.server.handler?.onEnd();
  assert.equal(reply.body, listOf(tool('good', 'Region')).toString());
});
