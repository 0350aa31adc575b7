import { PassThrough } from 'node:stream';
import { setImmediate as soon } from 'node:timers/promises';
import { openedLate } from './late-stream.ts';
import { roomOf } from './room.ts';

const live = new AbortController().signal;

function late(room = roomOf(10)) {
  const heads: string[] = [];
  const inner = new PassThrough();
  const opening = (head: Buffer) => {
    heads.push(head.toString());
    return { memory: 8, open: () => inner };
  };
  const stream = openedLate({ room, headBytes: 4, opening });
  stream.on('error', () => undefined);
  return { stream, inner, heads, room };
}

async function textOf(stream: AsyncIterable<Buffer>): Promise<string> {
  let text = '';
  for await (const chunk of stream) text += chunk.toString();
  return text;
}

describe('openedLate', () => {
  it('decides by the first bytes, and passes on all of them', async () => {
    const { stream, heads } = late();
    for (const bytes of ['a', 'bc', 'defg', 'h']) stream.write(bytes);
    stream.end();
    expect(await textOf(stream)).toBe('abcdefgh');
    expect(heads).toEqual(['abcdefg']);
  });

  it('decides by all of a shorter file', async () => {
    const { stream, heads } = late();
    stream.end('ab');
    expect(await textOf(stream)).toBe('ab');
    expect(heads).toEqual(['ab']);
  });

  it('waits for room, and gives it back at its end', async () => {
    const room = roomOf(10);
    const leave = await room.take(3, live);
    const { stream } = late(room);
    stream.end('abcdef');
    await soon();
    expect(stream.readableLength).toBe(0);
    leave();
    expect(await textOf(stream)).toBe('abcdef');
    await expect(room.take(10, live)).resolves.toBeDefined();
  });

  it('leaves the line when it is given up', async () => {
    const room = roomOf(10);
    const leave = await room.take(3, live);
    const { stream } = late(room);
    stream.write('abcdef');
    await soon();
    stream.destroy();
    await expect(room.take(7, live)).resolves.toBeDefined();
    leave();
  });

  it('fails as what it opened fails, and gives the room back', async () => {
    const { stream, inner, room } = late();
    stream.write('abcdef');
    await soon();
    inner.destroy(new Error('broken'));
    await expect(textOf(stream)).rejects.toThrow('broken');
    await expect(room.take(10, live)).resolves.toBeDefined();
  });
});
