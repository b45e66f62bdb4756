import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { StdioEvents } from '../../servers/index.ts';
import { listenToServer } from './stdio-lines.ts';

test('what a server that was closed has still to say is no noise: whoever asked has gone', () => {
  let events: StdioEvents | undefined;
  const heard: string[] = [];
  const link = listenToServer(
    (given) => {
      events = given;
      return { send: () => {}, pause: () => {}, resume: () => {}, close: () => heard.push('close') };
    },
    {
      hearFinal: () => heard.push('final') === 0,
      hearRequest: () => heard.push('request') === 0,
      hearNotification: () => heard.push('notification') === 0,
      onNoise: () => heard.push('noise'),
      onExit: () => heard.push('exit'),
    },
  );
  const say = (value: object): void => events?.onLine(Buffer.from(JSON.stringify({ jsonrpc: '2.0', ...value })));
  say({ id: 1, result: {} });
  link.close();
  say({ id: 2, result: {} });
  say({ method: 'notifications/message', params: {} });
  events?.onExit('it has ended');
  assert.deepEqual(heard, ['final', 'noise', 'close', 'exit']);
});

test('a message is one line, however it was written', () => {
  const sent: string[] = [];
  const link = listenToServer(
    () => ({ send: (line) => void sent.push(Buffer.from(line).toString()), pause: () => {}, resume: () => {}, close: () => {} }),
    { hearFinal: () => true, hearRequest: () => true, hearNotification: () => true, onNoise: () => {}, onExit: () => {} },
  );
  link.send(Buffer.from('{"id":1,\r\n"params":\n{"id":2}\r}\n'));
  assert.deepEqual(sent, ['{"id":1,  "params": {"id":2} } ']);
});
