// The method tables against the specification's, written out here a second time (schema/2026-07-28, schema/2025-11-25).

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { METHODS, SERVER_METHODS } from './index.ts';

const names = (keep: (name: string) => boolean) => [...METHODS.keys()].filter(keep).sort();
const rule = (name: string) => METHODS.get(name);

describe('what an agent may send', () => {
  test('requests of the modern era', () => {
    assert.deepEqual(
      names((name) => rule(name)?.eras.includes('modern') === true && rule(name)?.notification !== true),
      [
        'completion/complete',
        'prompts/get',
        'prompts/list',
        'resources/list',
        'resources/read',
        'resources/templates/list',
        'server/discover',
        'subscriptions/listen',
        'tasks/cancel',
        'tasks/get',
        'tasks/update',
        'tools/call',
        'tools/list',
      ],
    );
  });
  test('requests of the legacy era', () => {
    assert.deepEqual(
      names((name) => rule(name)?.eras.includes('legacy') === true && rule(name)?.notification !== true),
      [
        'completion/complete',
        'initialize',
        'logging/setLevel',
        'ping',
        'prompts/get',
        'prompts/list',
        'resources/list',
        'resources/read',
        'resources/subscribe',
        'resources/templates/list',
        'resources/unsubscribe',
        'tasks/cancel',
        'tasks/get',
        'tasks/list',
        'tasks/result',
        'tools/call',
        'tools/list',
      ],
    );
  });
  test('notifications', () => {
    assert.deepEqual(
      names((name) => rule(name)?.notification === true),
      [
        'notifications/cancelled',
        'notifications/initialized',
        'notifications/progress',
        'notifications/roots/list_changed',
        'notifications/tasks/status',
      ],
    );
    for (const name of METHODS.keys()) assert.equal(rule(name)?.notification === true, name.startsWith('notifications/'));
  });
  test('what Mcp-Name mirrors', () => {
    const mirrored = [...METHODS].flatMap(([name, { eras, nameParam }]) =>
      eras.includes('modern') && nameParam ? [[name, nameParam]] : [],
    );
    assert.deepEqual(Object.fromEntries(mirrored), {
      'tools/call': 'name',
      'prompts/get': 'name',
      'resources/read': 'uri',
      'tasks/get': 'taskId',
      'tasks/update': 'taskId',
      'tasks/cancel': 'taskId',
    });
  });
  test('only three methods may ask for input', () => {
    assert.deepEqual(
      names((name) => rule(name)?.interactive === true),
      ['prompts/get', 'resources/read', 'tools/call'],
    );
  });
  test('a call is never sent twice', () => {
    for (const name of ['tools/call', 'initialize', 'subscriptions/listen', 'tasks/update', 'tasks/cancel', 'notifications/cancelled']) {
      assert.equal(rule(name)?.replayable, false);
    }
  });
  test('tasks can be told apart', () => {
    assert.deepEqual(
      names((name) => rule(name)?.task === true),
      names((name) => name.includes('tasks/')),
    );
  });
  test('lists and what names their elements', () => {
    const lists = [...METHODS].flatMap(([name, { list }]) => (list ? [[name, list]] : []));
    assert.deepEqual(Object.fromEntries(lists), {
      'tools/list': { member: 'tools', key: 'name' },
      'prompts/list': { member: 'prompts', key: 'name' },
      'resources/list': { member: 'resources', key: 'uri' },
      'resources/templates/list': { member: 'resourceTemplates', key: 'uriTemplate' },
    });
  });
});

describe('what a server may send', () => {
  const sent = (era: 'modern' | 'legacy', kind: 'request' | 'notification') =>
    [...SERVER_METHODS].flatMap(([name, row]) => (row.eras.includes(era) && row.kind === kind ? [name] : [])).sort();
  test('no requests on the modern era', () => {
    assert.deepEqual(sent('modern', 'request'), []);
  });
  test('requests on the legacy era', () => {
    assert.deepEqual(sent('legacy', 'request'), ['elicitation/create', 'ping', 'roots/list', 'sampling/createMessage']);
  });
  test('each modern notification has its kind of stream', () => {
    for (const name of sent('modern', 'notification')) assert.notEqual(SERVER_METHODS.get(name)?.on, undefined);
  });
});
