import { differencesOf } from './queue-differences.ts';

const queue = {
  logicalId: 'CopyQueue',
  name: 'copycat-dev-copy',
  visibilityTimeoutSeconds: 5400,
  retentionSeconds: 1_209_600,
  redrive: { deadLetters: 'Dead', maxReceiveCount: 100 },
};
const right = {
  VisibilityTimeout: '5400',
  MessageRetentionPeriod: '1209600',
  RedrivePolicy: '{"deadLetterTargetArn":"arn:aws:sqs:us-east-1:0:dead","maxReceiveCount":100}',
};

describe('a queue that somebody else made', () => {
  it('is right as serverless.yml says, and when it is more patient', () => {
    expect(differencesOf(queue, right)).toEqual([]);
    const patient = { ...right, VisibilityTimeout: '43200', RedrivePolicy: '{"maxReceiveCount":"1000"}' };
    expect(differencesOf(queue, patient)).toEqual([]);
  });

  it('that was made with nothing but a name is told in full', () => {
    expect(differencesOf(queue, { VisibilityTimeout: '30', MessageRetentionPeriod: '345600' })).toEqual([
      'hides a message for 30 s while it is worked on, not 5400',
      'keeps a message for 345600 s, not 1209600',
      'has no dead letters',
    ]);
  });

  it('is not blamed for what its server does not know', () => {
    expect(differencesOf(queue, { RedrivePolicy: right.RedrivePolicy })).toEqual([]);
  });

  it('that gives up early is told', () => {
    const early = { ...right, RedrivePolicy: '{"deadLetterTargetArn":"x","maxReceiveCount":3}' };
    expect(differencesOf(queue, early)).toEqual(['gives a message up after 3 receives, not 100']);
  });
});
