import { PassThrough } from 'node:stream';
import { setImmediate as soon } from 'node:timers/promises';
import { Malformed } from '../errors.ts';
import { behind } from './foreign-stream.ts';

function standIn(): { foreign: PassThrough; stream: ReturnType<typeof behind>; released: () => number } {
  let releases = 0;
  const foreign = new PassThrough({ highWaterMark: 1 });
  const release = (): void => {
    releases++;
  };
  const pieces = (chunk: Buffer): Buffer[] => [chunk.subarray(0, 2), chunk.subarray(2)];
  return { foreign, stream: behind(foreign, { format: 'xz', pieces, release }), released: () => releases };
}

describe('behind', () => {
  it('hands over all pieces in their order, and ends', async () => {
    const { stream, released } = standIn();
    stream.write('abcd');
    stream.end('efgh');
    const chunks = [];
    for await (const chunk of stream) chunks.push(chunk);
    expect(Buffer.concat(chunks).toString()).toBe('abcdefgh');
    expect(released()).toBe(1);
  });

  it('fails when the foreign stream ends before its input does', async () => {
    const { foreign, stream } = standIn();
    stream.on('error', () => undefined);
    foreign.end();
    await expect(stream[Symbol.asyncIterator]().next()).rejects.toThrow('bytes after its end');
  });

  it('fails with the foreign stream’s error, named after the format', async () => {
    const { foreign, stream, released } = standIn();
    foreign.emit('error', new Error('broken'));
    await expect(stream[Symbol.asyncIterator]().next()).rejects.toThrow(
      expect.objectContaining({ code: 'MALFORMED', message: 'not xz: broken', cause: expect.any(Error) }),
    );
    expect(released()).toBe(1);
  });

  it('fails without a byte of input', async () => {
    const { stream } = standIn();
    stream.on('error', () => undefined).end();
    await expect(stream[Symbol.asyncIterator]().next()).rejects.toThrow(Malformed);
  });

  it('lets go when it is destroyed, and hears what comes after', async () => {
    const { foreign, stream, released } = standIn();
    stream.write('abcd');
    stream.destroy();
    await soon();
    expect(released()).toBe(1);
    expect(() => foreign.emit('error', new Error('late'))).not.toThrow();
    foreign.emit('data', Buffer.from('late'));
    await soon();
    expect(stream.errored).toBeNull();
  });
});
