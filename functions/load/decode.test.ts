import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { failedInvocation, packed, subscription } from '../../shared/testing/log-delivery.ts';
import { decode, decodeText, MOST_BYTES, MOST_LINES } from './decode.ts';
import { tokenOf } from './token.ts';

const EVENTS = [
  { id: '1', timestamp: 1_795_402_800_000, message: 'one\n' },
  { id: '2', timestamp: 1_795_402_800_001, message: 'two' },
];
const LINES = {
  kind: 'lines',
  token: tokenOf(['1', '2']),
  source: '/aws/lambda/copycat-dev-serve',
  lines: [
    { id: '1', at: 1_795_402_800_000, text: 'one' },
    { id: '2', at: 1_795_402_800_001, text: 'two' },
  ],
};

describe('a delivery', () => {
  it.each([
    ['bare', subscription(EVENTS)],
    ['in the record of an invocation that failed', failedInvocation(subscription(EVENTS))],
    ['in one that failed again', failedInvocation(failedInvocation(subscription(EVENTS)))],
  ])('is the same %s, as an event and as a message', async (_how, payload) => {
    await expect(decode(payload)).resolves.toEqual(LINES);
    await expect(decodeText(JSON.stringify(payload))).resolves.toEqual(LINES);
  });

  it('is another one when it has other events', async () => {
    const [first] = EVENTS;
    await expect(decode(subscription(first ? [first] : []))).resolves.toMatchObject({ token: tokenOf(['1']) });
    expect(tokenOf(['1', '2'])).not.toBe(tokenOf(['12']));
    expect(tokenOf(['1', '2'])).not.toBe(tokenOf(['2', '1']));
  });

  it('says when a subscription only begins', async () => {
    const event = { id: '', timestamp: 1, message: 'CWL CONTROL MESSAGE: Checking health of destination' };
    await expect(decode(subscription([event], { messageType: 'CONTROL_MESSAGE' }))).resolves.toEqual({
      kind: 'control',
    });
  });

  it('may have several lines in one event, each with an id of its own', async () => {
    const decoded = await decode(subscription([{ id: '1', timestamp: 5, message: 'one\n\ntwo\r\n' }]));
    expect(decoded).toMatchObject({
      lines: [
        { id: '1:0', at: 5, text: 'one' },
        { id: '1:1', at: 5, text: '' },
        { id: '1:2', at: 5, text: 'two' },
      ],
    });
  });

  it.each([
    ['what holds no logs', { Records: [] }, /not a delivery/],
    ['nothing at all', undefined, /not a delivery/],
    ['logs without data', { awslogs: {} }, /not a delivery/],
    ['what is no base64', { awslogs: { data: '!!!' } }, /not gzip/],
    ['a torn gzip', { awslogs: { data: subscription(EVENTS).awslogs.data.slice(0, 60) } }, /not gzip/],
    ['what is not JSON', { awslogs: { data: gzipSync('{').toString('base64') } }, /not a message of CloudWatch Logs/],
    ['a message of another kind', subscription(EVENTS, { messageType: 'OTHER' }), /messageType/],
    [
      'events without ids',
      packed({ messageType: 'DATA_MESSAGE', logGroup: 'g', logEvents: [{ message: '' }] }),
      /logEvents\.0\.id/,
    ],
    [
      'more lines than anybody sends',
      subscription([{ id: '1', timestamp: 1, message: 'a\n'.repeat(MOST_LINES + 1) }]),
      /more than 100000 lines/,
    ],
  ])('is unreadable, with the reason, when it is %s', async (_what, payload, reason) => {
    const decoded = await decode(payload);
    expect(decoded).toMatchObject({ kind: 'unreadable', reason: expect.stringMatching(reason) });
    await expect(decode(payload)).resolves.toEqual(decoded); // again: by the same token
  });

  it('is unreadable when it is a bomb, which is not unpacked', async () => {
    const data = gzipSync(Buffer.alloc(MOST_BYTES + 1, ' ')).toString('base64');
    expect(data.length).toBeLessThan(100_000);
    await expect(decode({ awslogs: { data } })).resolves.toMatchObject({
      kind: 'unreadable',
      reason: `larger than ${MOST_BYTES} bytes`,
    });
  });

  it('is unreadable when it is deeper than can be written down again, as an event and as a message', async () => {
    const body = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
    const deep: unknown = JSON.parse(body);
    expect(() => JSON.stringify(deep)).toThrow(RangeError);
    await expect(decode(deep)).resolves.toMatchObject({ kind: 'unreadable', text: expect.stringContaining('deep') });
    await expect(decodeText(body)).resolves.toMatchObject({ kind: 'unreadable', text: body });
  });

  it('has a source that any table takes', async () => {
    await expect(decode(subscription(EVENTS, { logGroup: 'half\ud800' }))).resolves.toMatchObject({
      source: 'half\ufffd',
    });
  });

  it('is one of the three, whatever comes', async () => {
    const anything = fc.oneof(
      fc.jsonValue(),
      fc.record({ awslogs: fc.record({ data: fc.string() }) }),
      fc.uint8Array().map((bytes) => ({ awslogs: { data: Buffer.from(bytes).toString('base64') } })),
      fc.uint8Array().map((bytes) => ({ awslogs: { data: gzipSync(bytes).toString('base64') } })),
      fc.jsonValue().map(packed),
    );
    await fc.assert(
      fc.asyncProperty(anything, fc.string(), async (payload, body) => {
        for (const delivery of [await decode(payload), await decodeText(body)]) {
          expect(['control', 'lines', 'unreadable']).toContain(delivery.kind);
        }
      }),
    );
  });
});
