// What there is to carry, and how it is shown at each kind of server. A feature that is carried returns; one that is not rejects with the
// sentence that the agent was given.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '../../harness/index.ts';
import { WORK_FOLDER } from './agent.ts';
import type { Agent, Called } from './agent.ts';

/** The columns of the matrix. */
export const FEATURES = [
  'tools',
  'structured content',
  'image',
  'audio',
  'resource link',
  'embedded resource',
  'tool error',
  'unknown tool',
  'progress',
  'cancellation',
  'logging',
  'prompts',
  'completion',
  'resources',
  'templates',
  'updated',
  'list changed',
  'form elicitation',
  'url elicitation',
  'sampling',
  'roots',
  'several questions',
  'rounds',
  'prompt that asks',
] as const;
export type Feature = (typeof FEATURES)[number];

/** How a server shows what it has; a feature that is missing here is one that it does not have. */
export type Shows = Readonly<Partial<Record<Feature, (agent: Agent) => Promise<void>>>>;

const WATCHED = 'test://watched-resource';

/** The conformance fixture; `at` gives the name under which one of its tools or prompts is called. */
export function fixture(at: (name: string) => string = (name) => name): Shows {
  const call = (agent: Agent, name: string, args?: Record<string, unknown>): Promise<Called> => agent.call(at(name), args);
  return {
    tools: async (agent) => {
      assert((await agent.tools()).includes(at('test_simple_text')));
      says(await call(agent, 'test_simple_text'), /simple text response/);
    },
    'structured content': async (agent) => {
      const called = await call(agent, 'test_structured_content');
      assert(called.structuredContent !== undefined, `there is only the text ${textOf(called)}`);
      assert.deepEqual(called.structuredContent, { city: 'Bergen', degrees: 7.5 });
    },
    image: async (agent) => has(await call(agent, 'test_image_content'), 'image'),
    audio: async (agent) => has(await call(agent, 'test_audio_content'), 'audio'),
    'resource link': async (agent) => has(await call(agent, 'test_resource_link'), 'resource_link'),
    'embedded resource': async (agent) => has(await call(agent, 'test_embedded_resource'), 'resource'),
    'tool error': async (agent) => assert.equal((await call(agent, 'test_error_handling')).isError, true),
    'unknown tool': (agent) => refuses(agent, at('no_such_tool')),
    progress: (agent) => progresses(agent, at('test_tool_with_progress')),
    cancellation: async (agent) => {
      const count = async (): Promise<string> => textOf(await call(agent, 'test_cancelled'));
      const before = await count();
      const hangUp = new AbortController();
      const waiting = agent.call(at('test_wait'), {}, { onProgress: () => hangUp.abort(), signal: hangUp.signal });
      await assert.rejects(waiting);
      await until(async () => (await count()) !== before, 'the server to hear of the cancellation');
    },
    logging: async (agent) => {
      await agent.call(at('test_tool_with_logging'), {}, { log: true });
      await until(() => agent.heard.includes('notifications/message'), 'a log message');
    },
    prompts: async (agent) => {
      assert((await agent.prompts()).includes(at('test_prompt_with_arguments')));
      contains(await agent.prompt(at('test_prompt_with_arguments'), { arg1: 'one', arg2: 'two' }), /arg1='one'/);
    },
    completion: async (agent) => assert.deepEqual(await agent.complete(at('test_prompt_with_arguments'), 'arg1', 'part'), ['party']),
    resources: async (agent) => {
      assert((await agent.resources()).includes('test://static-text'));
      contains(await agent.read('test://static-text'), /static text resource/);
    },
    templates: async (agent) => {
      assert((await agent.templates()).includes('test://template/{id}/data'));
      contains(await agent.read('test://template/7/data'), /Data for ID: 7/);
    },
    updated: async (agent) => {
      await agent.watch(WATCHED);
      await hears(agent, 'notifications/resources/updated', at('test_trigger_resource_update'));
    },
    'list changed': async (agent) => {
      await agent.watch();
      await hears(agent, 'notifications/tools/list_changed', at('test_trigger_tool_change'));
    },
    'form elicitation': async (agent) => says(await call(agent, 'test_elicitation', { message: 'Who are you?' }), /grace@example\.com/),
    'url elicitation': async (agent) => says(await call(agent, 'test_elicitation_url'), /Page visited: action=accept/),
    sampling: async (agent) => says(await call(agent, 'test_sampling', { prompt: 'Say it' }), /sampled by the matrix/),
    roots: async (agent) => says(await call(agent, 'test_input_required_result_list_roots'), /file:\/\//),
    'several questions': async (agent) => says(await call(agent, 'test_input_required_result_multiple_inputs'), /grace.*sampled.*1 roots/),
    rounds: async (agent) => says(await call(agent, 'test_input_required_result_multi_round'), /Both steps are done/),
    'prompt that asks': async (agent) => contains(await agent.prompt(at('test_input_required_result_prompt')), /Use this context: grace/),
  };
}

/** What came with a revision of the legacy era: before it, the fixture does not have it to show. */
const SINCE: readonly (readonly [revision: string, features: readonly Feature[]])[] = [
  ['2025-03-26', ['audio']],
  ['2025-06-18', ['structured content', 'resource link', 'form elicitation', 'several questions', 'rounds', 'prompt that asks']],
  ['2025-11-25', ['url elicitation']],
];

/** The conformance fixture, as far as a revision of the legacy era has words for it. */
export function fixtureOf(revision: string): Shows {
  const later = new Set(SINCE.flatMap(([since, features]) => (since > revision ? features : [])));
  return Object.fromEntries(
    Object.entries(fixture()).filter(([name]) => !FEATURES.some((feature) => feature === name && later.has(feature))),
  );
}

/** @modelcontextprotocol/server-everything. */
export function everything(at: (name: string) => string = (name) => name): Shows {
  const call = (agent: Agent, name: string, args?: Record<string, unknown>): Promise<Called> => agent.call(at(name), args);
  // It registers what needs a capability of the client only after initialize, in its own time.
  const once = async (agent: Agent, name: string): Promise<void> =>
    until(async () => (await agent.tools()).includes(at(name)), `the tool ${name}`);
  return {
    tools: async (agent) => {
      assert((await agent.tools()).includes(at('echo')));
      says(await call(agent, 'echo', { message: 'ahoy' }), /ahoy/);
    },
    'structured content': async (agent) =>
      assert(Object.hasOwn(Object((await call(agent, 'get-structured-content', { location: 'Chicago' })).structuredContent), 'humidity')),
    image: async (agent) => has(await call(agent, 'get-tiny-image'), 'image'),
    'resource link': async (agent) => has(await call(agent, 'get-resource-links', { count: 2 }), 'resource_link'),
    'embedded resource': async (agent) =>
      has(await call(agent, 'get-resource-reference', { resourceType: 'Text', resourceId: 1 }), 'resource'),
    'tool error': async (agent) => assert.equal((await call(agent, 'get-structured-content', { location: 'Atlantis' })).isError, true),
    'unknown tool': (agent) => refuses(agent, at('no-such-tool')),
    progress: (agent) => progresses(agent, at('trigger-long-running-operation'), { duration: 0.1, steps: 2 }),
    prompts: async (agent) => {
      assert((await agent.prompts()).includes(at('args-prompt')));
      contains(await agent.prompt(at('args-prompt'), { city: 'Bergen' }), /weather in Bergen/);
    },
    completion: async (agent) => assert.deepEqual(await agent.complete(at('completable-prompt'), 'department', 'E'), ['Engineering']),
    resources: async (agent) => {
      const [uri = ''] = (await agent.resources()).filter((one) => one.startsWith('demo://'));
      contains(await agent.read(uri), /contents/);
    },
    templates: async (agent) => {
      assert((await agent.templates()).includes('demo://resource/dynamic/text/{resourceId}'));
      contains(await agent.read('demo://resource/dynamic/text/3'), /Resource 3/);
    },
    'form elicitation': async (agent) => {
      await once(agent, 'trigger-elicitation-request');
      says(await call(agent, 'trigger-elicitation-request'), /Name: grace/);
    },
    'url elicitation': async (agent) => {
      await once(agent, 'trigger-url-elicitation');
      says(await call(agent, 'trigger-url-elicitation', { url: 'https://sign-in.example/start' }), /User completed/);
    },
    sampling: async (agent) => {
      await once(agent, 'trigger-sampling-request');
      says(await call(agent, 'trigger-sampling-request', { prompt: 'Say it' }), /sampled by the matrix/);
    },
    roots: async (agent) => {
      await once(agent, 'get-roots-list');
      says(await call(agent, 'get-roots-list'), /file:\/\//);
    },
  };
}

/** @modelcontextprotocol/server-memory. */
export const MEMORY: Shows = {
  tools: async (agent) => says(await agent.call('read_graph'), /entities/),
  'structured content': async (agent) => {
    const entity = { name: `entity-${crypto.randomUUID()}`, entityType: 'test', observations: ['seen'] };
    assert.deepEqual((await agent.call('create_entities', { entities: [entity] })).structuredContent, { entities: [entity] });
  },
  'tool error': async (agent) => assert.equal((await agent.call('create_entities', { entities: 'none' })).isError, true),
  'unknown tool': (agent) => refuses(agent, 'no_such_tool'),
  resources: async (agent) => {
    assert((await agent.resources()).includes('memory://knowledge-graph'));
    contains(await agent.read('memory://knowledge-graph'), /contents/);
  },
};

/** @modelcontextprotocol/server-filesystem in front of the work folder, which has a file `hello.txt`. */
export const FILESYSTEM: Shows = {
  tools: async (agent) => says(await agent.call('read_text_file', { path: join(WORK_FOLDER, 'hello.txt') }), /hello from a file/),
  'structured content': async (agent) => {
    const { structuredContent } = await agent.call('search_files', { path: WORK_FOLDER, pattern: 'hello*' });
    assert.deepEqual(structuredContent, { content: join(WORK_FOLDER, 'hello.txt') });
  },
  'tool error': async (agent) => {
    const outside = await agent.call('read_text_file', { path: '/etc/hostname' });
    assert.equal(outside.isError, true);
    says(outside, /Access denied/);
  },
  'unknown tool': (agent) => refuses(agent, 'no_such_tool'),
};

/** Takes together what several servers behind one route show; of what both have, the first is asked. */
export function together(...servers: readonly Shows[]): Shows {
  return Object.assign({}, ...servers.toReversed());
}

function textOf({ content }: Called): string {
  return content.map(({ text }) => text ?? '').join('\n');
}

function says(called: Called, expected: RegExp): void {
  assert.match(textOf(called).replaceAll('\n', ' '), expected);
}

function has({ content }: Called, type: string): void {
  assert(
    content.some((block) => block.type === type),
    `there is no ${type} in ${JSON.stringify(content).slice(0, 300)}`,
  );
}

function contains(value: unknown, expected: RegExp): void {
  assert.match(JSON.stringify(value), expected);
}

/** An unknown tool is an error of the protocol, or a result that says so: servers differ, and both are to be carried. */
async function refuses(agent: Agent, name: string): Promise<void> {
  const answer = await agent.call(name).then(textOf, (error: unknown) => String(error));
  assert.match(answer, /tool/i);
  assert.match(answer, new RegExp(name));
}

async function progresses(agent: Agent, name: string, args: Record<string, unknown> = {}): Promise<void> {
  let steps = 0;
  await agent.call(name, args, { onProgress: () => void steps++ });
  assert(steps >= 2, `${steps} steps were reported`);
}

/** The stream that carries it may not be open yet when the first change happens: it happens again until it is heard of. */
async function hears(agent: Agent, method: string, trigger: string): Promise<void> {
  await until(async () => {
    await agent.call(trigger);
    await sleep(50);
    return agent.heard.includes(method);
  }, method);
}
