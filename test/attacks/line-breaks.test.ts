// A message to a program is one line. JSON may have line breaks between its tokens, so an agent that may call one tool puts a whole call of another on a
// line of its own, as an argument: judged as a value, it must not be heard as a message.

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { LegacySession, META, repositoryRoot, send, startGateway, testConfig } from '../harness/index.ts';
import type { Gateway, HttpAnswer } from '../harness/index.ts';
import { makeOwnFolder } from './gateway-target.fixture.ts';

const READER = join(repositoryRoot, 'test', 'attacks', 'line-breaks.fixture.ts');
const ERAS = ['modern', 'legacy'] as const;

let gateway: Gateway;
let key: string;
const folder = makeOwnFolder();
const fileOf = (era: string): string => join(folder.path, `heard-${era}`);

before(async () => {
  for (const era of ERAS) writeFileSync(fileOf(era), '');
  const servers = Object.fromEntries(ERAS.map((era) => [era, { command: process.execPath, args: [READER, era, fileOf(era)] }]));
  gateway = await startGateway({
    folder: folder.path,
    config: testConfig({
      servers,
      rules: [{ name: 'one', effect: 'allow', agents: ['insider'], servers: ['*'], tools: ['shown'] }],
    }),
  });
  key = await gateway.addAgent('insider');
});
after(async () => {
  await gateway?.stop();
  folder.remove();
});

/** The call that is allowed, with the other one between two breaks. */
function body(lineBreak: string, meta: object): string {
  const smuggled = '{"jsonrpc":"2.0","id":99,"method":"tools/call","params":{"name":"hidden","arguments":{}}}';
  const params = `{"_meta":${JSON.stringify(meta)},"name":"shown","arguments":{"x":${lineBreak}${smuggled}${lineBreak}}}`;
  return `{${lineBreak}"jsonrpc":"2.0","id":1,"method":"tools/call","params":${params}}${lineBreak}`;
}

const AGENTS: Readonly<Record<(typeof ERAS)[number], (url: string, lineBreak: string) => Promise<HttpAnswer>>> = {
  modern: (url, lineBreak) =>
    send(url, {
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        authorization: `Bearer ${key}`,
        'mcp-protocol-version': '2026-07-28',
        'mcp-method': 'tools/call',
        'mcp-name': 'shown',
      },
      body: body(lineBreak, { [META.version]: '2026-07-28', [META.capabilities]: {} }),
    }),
  legacy: async (url, lineBreak) => {
    const session = await LegacySession.open(url, { key });
    return send(url, { headers: session.headers({ 'content-type': 'application/json' }), body: body(lineBreak, {}) });
  },
};

for (const agent of ERAS)
  for (const server of ERAS)
    describe(`a ${agent} agent and a ${server} program`, () => {
      for (const lineBreak of ['\n', '\r\n', '\r'])
        test(`broken by ${JSON.stringify(lineBreak)}, a call is still one message`, async () => {
          const before_ = calls(server);
          const answer = await AGENTS[agent](gateway.url(server), lineBreak);
          assert.match(answer.body, /"done"/);
          assert.deepEqual(calls(server).slice(before_.length), ['shown']);
        });
    });

function calls(server: string): readonly string[] {
  return readFileSync(fileOf(server), 'utf8').split('\n').filter(Boolean);
}
