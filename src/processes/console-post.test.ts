import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { createConsolePost } from './console-post.ts';
import type { ConsolePost } from './console-post.ts';
import type { ListenSocket } from './listen-sockets.ts';
import type { ConsolePlan } from './messages.ts';

interface Stage {
  readonly post: ConsolePost;
  readonly said: string[];
  readonly notices: string[];
}

function start(t: TestContext): Stage {
  const said: string[] = [];
  const notices: string[] = [];
  let alive: readonly number[] = [];
  let births = 0;
  const post = createConsolePost<number>({
    start: () => {
      alive = [...alive, ++births];
      said.push(`${births} begins`);
    },
    staying: () => alive,
    end: (child) => {
      alive = alive.filter((one) => one !== child);
      said.push(`${child} ends`);
    },
    notice: (text) => notices.push(text),
  });
  t.after(() => post.close());
  return { post, said, notices };
}

/** Asked anew each time: it changes behind the compiler's back. */
const socketOf = ({ socket }: ConsolePost): ListenSocket | undefined => socket;

const plan = (change: Partial<ConsolePlan> = {}): ConsolePlan => ({ host: '127.0.0.1', port: 0, birthDigest: 'http', ...change });

test('a process is started where it is wanted, and left alone by what does not concern it', (t) => {
  const { post, said } = start(t);
  post.follow(undefined);
  assert.equal(socketOf(post), undefined);
  post.follow(plan());
  const socket = socketOf(post);
  assert(socket !== undefined && socket.port > 0);
  post.follow(plan());
  assert.equal(socketOf(post), socket);
  post.follow(undefined);
  assert.equal(socketOf(post), undefined);
  assert.deepEqual(said, ['1 begins', '1 ends']);
});

test('what it takes over at birth replaces it at its address; another address moves it', (t) => {
  const { post, said } = start(t);
  post.follow(plan());
  const before = socketOf(post)?.port;
  post.follow(plan({ birthDigest: 'https' }));
  assert.equal(socketOf(post)?.port, before);
  post.follow(plan({ host: '::1', birthDigest: 'https' }));
  assert.equal(socketOf(post)?.host, '::1');
  assert.deepEqual(said, ['1 begins', '1 ends', '2 begins', '2 ends', '3 begins']);
});

test('an address that is taken is said, with where another is written, and changes nothing', async (t) => {
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  t.after(() => taken.close());
  const address = taken.address();
  assert(typeof address === 'object' && address !== null);
  const { post, said, notices } = start(t);
  post.follow(plan({ port: address.port }));
  assert.equal(socketOf(post), undefined);
  post.follow(plan());
  const socket = socketOf(post);
  post.follow(plan({ port: address.port }));
  assert.equal(socketOf(post), socket);
  assert.deepEqual(said, ['1 begins']);
  assert.match(
    notices[0] ?? '',
    /is taken by another program.*admin\.listen in the config, or --console\. There is no console until then\.$/,
  );
  assert.match(notices[1] ?? '', /The console stays where it is\.$/);
});
