import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { tmpdir } from 'node:os';
import { after, test } from 'node:test';
import { createChannel, FrameTooLarge } from './channel.ts';
import type { Channel, Frame } from './channel.ts';
import { createSocketPair } from './socket-pair.ts';

const folder = mkdtempSync(join(tmpdir(), 'sallyport-'));
after(() => rmSync(folder, { recursive: true }));

interface End {
  readonly channel: Channel;
  readonly frames: Frame[];
  readonly closed: Promise<void>;
}

async function pair(maxFrameBytes?: number, onFrame?: (frame: Frame) => void): Promise<readonly [End, End]> {
  const [a, b] = await createSocketPair(folder);
  const end = (socket: typeof a): End => {
    const frames: Frame[] = [];
    let done: () => void = () => {};
    const closed = new Promise<void>((resolve) => (done = resolve));
    const channel = createChannel(socket, {
      onFrame: onFrame ?? ((frame) => frames.push(frame)),
      onClose: () => done(),
      ...(maxFrameBytes === undefined ? {} : { maxFrameBytes }),
    });
    return { channel, frames, closed };
  };
  return [end(a), end(b)];
}

test('frames arrive whole, in order, with their bytes', async () => {
  const arrived: Frame[] = [];
  let enough: () => void = () => {};
  const done = new Promise<void>((resolve) => (enough = resolve));
  const [a, b] = await pair(undefined, (frame) => (arrived.push(frame) === 200 ? enough() : undefined));
  for (let index = 0; index < 200; index++) a.channel.send('n', { index }, new Uint8Array(index * 37).fill(index));
  await done;
  for (const [index, frame] of arrived.entries()) {
    assert.equal(frame.fields['index'], index);
    assert.deepEqual(frame.payload, Buffer.alloc(index * 37, index));
  }
  a.channel.close();
  await b.closed;
});

test('a request gets its own answer, whatever the order', async () => {
  const held: Frame[] = [];
  const [a, b] = await pair(undefined, (frame) => {
    if (held.push(frame) === 2) for (const one of held.toReversed()) one.reply({ twice: Number(one.fields['n']) * 2 });
  });
  const answers = await Promise.all([a.channel.request('double', { n: 3 }, 2_000), a.channel.request('double', { n: 4 }, 2_000)]);
  assert.deepEqual(
    answers.map((answer) => answer.fields['twice']),
    [6, 8],
  );
  a.channel.close();
  await b.closed;
});

test('a request fails when the time is over, and when the other side goes', async () => {
  const [a, b] = await pair();
  await assert.rejects(a.channel.request('silence', {}, 20), /no answer to 'silence'/);
  const waiting = a.channel.request('silence', {}, 10_000);
  b.channel.close();
  await assert.rejects(waiting, /gone/);
  await assert.rejects(a.channel.request('more', {}, 10), /gone/);
});

test('what is larger than a frame may be is refused where it is sent, and the channel stays', async () => {
  const [a, b] = await pair(1_000, (frame) => frame.reply(frame.type === 'much' ? { text: 'x'.repeat(2_000) } : { twice: 2 }));
  const large = { text: 'x'.repeat(2_000) };
  assert.throws(() => a.channel.send('note', large), FrameTooLarge);
  assert.throws(() => a.channel.send('note', {}, new Uint8Array(1_000)), FrameTooLarge);
  await assert.rejects(a.channel.request('double', large, 2_000), FrameTooLarge);
  assert.match(String((await a.channel.request('much', {}, 2_000)).fields['error']), /too large/);
  assert.equal((await a.channel.request('double', {}, 2_000)).fields['twice'], 2);
  assert.deepEqual([a.channel.open, b.channel.open], [true, true]);
  a.channel.close();
  await b.closed;
});

test('small lines of one turn are written together, and nothing overtakes anything', async () => {
  const [near, far] = await createSocketPair(folder);
  const writes: number[] = [];
  const write = near.write.bind(near);
  near.write = (bytes: Uint8Array | string): boolean => {
    writes.push(bytes.length);
    return write(bytes);
  };
  const frames: Frame[] = [];
  const sender = createChannel(near, { onFrame: () => {}, onClose: () => {} });
  const arrived = new Promise<void>((resolve) => {
    createChannel(far, { onFrame: (frame) => (frames.push(frame) === 6 ? resolve() : undefined), onClose: () => {} });
  });
  const large = Buffer.alloc(100_000, 'x');
  sender.send('line', { id: 7 }, Buffer.from('one'));
  sender.send('line', { id: 0xffff_ffff }, Buffer.from('two'));
  assert.deepEqual([writes.length, sender.queuedBytes], [0, 2 * (12 + 3)]);
  sender.send('pause', { id: 7 });
  assert.equal(writes[0], 2 * (12 + 3));
  sender.send('line', { id: 7 }, Buffer.from('three'));
  sender.send('line', { id: 7 }, large);
  sender.send('line', { id: -1 }, Buffer.from('no number of a line: said in JSON'));
  await arrived;
  assert.deepEqual(
    frames.map(({ type, fields, payload }) => [type, fields['id'], payload.length]),
    [
      ['line', 7, 3],
      ['line', 0xffff_ffff, 3],
      ['pause', 7, 0],
      ['line', 7, 5],
      ['line', 7, large.length],
      ['line', -1, 33],
    ],
  );
  sender.close();
});

test('many lines do not wait for the end of the turn, and a channel that is closed says what it was told', async () => {
  const lines: string[] = [];
  const [a, b] = await pair(undefined, (frame) => lines.push(Buffer.from(frame.payload).toString()));
  for (let n = 0; n < 100; n++) a.channel.send('line', { id: 1 }, Buffer.alloc(1_000, 'x'));
  assert.ok(a.channel.queuedBytes < 100_000);
  a.channel.send('line', { id: 1 }, Buffer.from('last'));
  a.channel.close();
  a.channel.send('line', { id: 1 }, Buffer.from('too late'));
  await b.closed;
  assert.deepEqual([lines.length, lines.at(-1), a.channel.queuedBytes], [101, 'last', 0]);
});

test('a line that is larger than a frame may be is refused where it is sent', async () => {
  const [a, b] = await pair(1_000);
  assert.throws(() => a.channel.send('line', { id: 1 }, new Uint8Array(1_000)), FrameTooLarge);
  assert.deepEqual([a.channel.open, a.channel.queuedBytes], [true, 0]);
  a.channel.close();
  await b.closed;
});

const broken: readonly (readonly [string, Buffer])[] = [
  ['a frame above the cap', Buffer.from([0, 1, 0, 0, 0, 0, 0, 2, 0x7b, 0x7d])],
  ['a head longer than its frame', Buffer.from([0, 0, 0, 6, 0, 0, 0, 9, 0x7b, 0x7d])],
  ['a head that is no JSON', Buffer.from([0, 0, 0, 6, 0, 0, 0, 2, 0x7b, 0x5d])],
  ['a head that is no object', Buffer.from([0, 0, 0, 6, 0, 0, 0, 2, 0x5b, 0x5d])],
];
for (const [name, bytes] of broken) {
  test(`${name} closes the channel`, async () => {
    const [near, far] = await createSocketPair(folder);
    const frames: Frame[] = [];
    await new Promise<void>((resolve) => {
      createChannel(near, { onFrame: (frame) => frames.push(frame), onClose: resolve, maxFrameBytes: 60_000 });
      far.write(bytes);
    });
    assert.equal(frames.length, 0);
    far.destroy();
  });
}

const heads: readonly (readonly [string, Buffer])[] = [
  ['frames', Buffer.from('{"t":"x","n":1}')],
  ['lines', Buffer.from([0, 0, 0, 1])],
];
for (const [name, head] of heads)
  test(`any chunking gives the same ${name}`, async () => {
    const [near, far] = await createSocketPair(folder);
    const frames: Frame[] = [];
    const frame = Buffer.concat([Buffer.from([0, 0, 0, 4 + head.length + 3, 0, 0, 0, head.length]), head, Buffer.from('abc')]);
    await new Promise<void>((resolve) => {
      createChannel(near, { onFrame: (one) => (frames.push(one) === 2 ? resolve() : undefined), onClose: () => {} });
      const both = Buffer.concat([frame, frame]);
      far.setNoDelay(true);
      let at = 0;
      const step = (): void => {
        if (at >= both.length) return;
        far.write(both.subarray(at, at + 3), () => setImmediate(step));
        at += 3;
      };
      step();
    });
    assert.deepEqual(
      frames.map((one) => Buffer.from(one.payload).toString()),
      ['abc', 'abc'],
    );
    near.destroy();
    far.destroy();
  });
