import { failuresIn, toSqsEvent } from './sqs-event.ts';

describe('toSqsEvent', () => {
  it('is the event that Lambda sends', () => {
    const message = {
      MessageId: 'm1',
      ReceiptHandle: 'r1',
      Body: '{}',
      MD5OfBody: '99914b932bd37a50b983c5e7c90ae93b',
      Attributes: {
        ApproximateReceiveCount: '2',
        SentTimestamp: '1700000000000',
        SenderId: '000000000000',
        ApproximateFirstReceiveTimestamp: '1700000000001',
      },
      MessageAttributes: { verdict: { DataType: 'String', StringValue: 'retry' } },
    };
    expect(toSqsEvent([message], 'arn:aws:sqs:us-east-1:000000000000:copy')).toEqual({
      Records: [
        {
          messageId: 'm1',
          receiptHandle: 'r1',
          body: '{}',
          attributes: message.Attributes,
          messageAttributes: { verdict: { dataType: 'String', stringValue: 'retry' } },
          md5OfBody: '99914b932bd37a50b983c5e7c90ae93b',
          eventSource: 'aws:sqs',
          eventSourceARN: 'arn:aws:sqs:us-east-1:000000000000:copy',
          awsRegion: 'us-east-1',
        },
      ],
    });
  });
});

describe('failuresIn', () => {
  const asked = new Set(['a', 'b', 'c']);

  it.each([
    ['null', null, []],
    ['nothing', undefined, []],
    ['an empty object', {}, []],
    ['no list', { batchItemFailures: null }, []],
    ['an empty list', { batchItemFailures: [] }, []],
    ['some', { batchItemFailures: [{ itemIdentifier: 'b' }] }, ['b']],
    ['one of them twice', { batchItemFailures: [{ itemIdentifier: 'b' }, { itemIdentifier: 'b' }] }, ['b']],
  ])('reads %s as the failures that it names', (_what, answer, failed) => {
    expect([...failuresIn(answer, asked)]).toEqual(failed);
  });

  it.each([
    ['an unknown id', { batchItemFailures: [{ itemIdentifier: 'b' }, { itemIdentifier: 'x' }] }],
    ['an empty id', { batchItemFailures: [{ itemIdentifier: '' }] }],
    ['an item without id', { batchItemFailures: [{ id: 'a' }] }],
    ['an item that is null', { batchItemFailures: [null] }],
    ['no list at all', { batchItemFailures: 'a' }],
    ['a text', 'done'],
  ])('takes %s for a failure of the whole batch', (_what, answer) => {
    expect(() => failuresIn(answer, asked)).toThrow();
  });
});
