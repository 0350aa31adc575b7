import { parseService } from './service.ts';

const copy = {
  handler: 'functions/copy/handler.handler',
  timeout: 900,
  memorySize: 1024,
  environment: { COPY_QUEUE_URL: { Ref: 'CopyQueue' }, COPY_PATIENCE: '' },
  events: [
    {
      sqs: {
        arn: { 'Fn::GetAtt': ['CopyQueue', 'Arn'] },
        batchSize: 10,
        maximumConcurrency: 20,
        functionResponseType: 'ReportBatchItemFailures',
      },
    },
  ],
};
const file = (functions: object, schedules?: object) => ({
  provider: { environment: { BUCKET: '' } },
  functions,
  ...(schedules ? { custom: { local: { schedules } } } : {}),
  resources: {
    Resources: {
      CopyQueue: {
        Type: 'AWS::SQS::Queue',
        Properties: {
          QueueName: 'copycat-dev-copy',
          VisibilityTimeout: 5400,
          MessageRetentionPeriod: 1209600,
          RedrivePolicy: { deadLetterTargetArn: { 'Fn::GetAtt': ['Dead', 'Arn'] }, maxReceiveCount: 100 },
        },
      },
      Dead: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'copycat-dev-dead' } },
      Logs: { Type: 'AWS::Logs::LogGroup' },
    },
  },
});
const scheduled = (schedule: unknown) => ({
  publish: { handler: 'functions/publish/handler.handler', events: [{ schedule }] },
});

describe('parseService', () => {
  it('reads a function with its limits, its queue and what it is told', () => {
    expect(parseService(file({ copy })).functions).toEqual([
      {
        name: 'copy',
        handler: { file: 'functions/copy/handler', export: 'handler' },
        timeoutMs: 900_000,
        memoryMb: 1024,
        environment: { BUCKET: '', COPY_QUEUE_URL: { queue: 'CopyQueue', attribute: 'url' }, COPY_PATIENCE: '' },
        queue: { queue: 'CopyQueue', batchSize: 10, maximumConcurrency: 20 },
        url: false,
      },
    ]);
  });

  it('reads queues with their redrive, and leaves other resources alone', () => {
    expect(parseService(file({})).queues).toEqual([
      {
        logicalId: 'CopyQueue',
        name: 'copycat-dev-copy',
        visibilityTimeoutSeconds: 5400,
        retentionSeconds: 1_209_600,
        redrive: { deadLetters: 'Dead', maxReceiveCount: 100 },
      },
      { logicalId: 'Dead', name: 'copycat-dev-dead', visibilityTimeoutSeconds: 30, retentionSeconds: 345_600 },
    ]);
  });

  it('reads whose logs a function is given, and where it leaves what it could not do', () => {
    const load = {
      handler: 'functions/load/handler.handler',
      events: [{ cloudwatchLog: { logGroup: '/aws/a', filter: 'kind' } }, { cloudwatchLog: { logGroup: '/aws/b' } }],
      destinations: { onFailure: { type: 'sqs', arn: { 'Fn::GetAtt': ['Dead', 'Arn'] } } },
    };
    expect(parseService(file({ load })).functions).toMatchObject([
      { name: 'load', logs: ['/aws/a', '/aws/b'], onFailure: 'Dead' },
    ]);
  });

  it.each([
    ['the deployed rate where nothing else is said', 'rate(3 hours)', undefined, { everyMs: 10_800_000 }],
    ['one minute', 'rate(1 minute)', undefined, { everyMs: 60_000 }],
    ['a rate with more settings', { rate: 'rate(2 days)' }, undefined, { everyMs: 172_800_000 }],
    ['what custom.local says', 'rate(1 minute)', '1s', { everyMs: 1_000 }],
    ['that a variable says', 'rate(3 hours)', 'POLL_INTERVAL', { everyMs: 10_800_000, variable: 'POLL_INTERVAL' }],
    ['a duration in place of a cron', 'cron(0 3 * * ? *)', '1d', { everyMs: 86_400_000 }],
  ])('takes as a schedule %s', (_what, schedule, local, expected) => {
    const service = parseService(file(scheduled(schedule), local ? { publish: local } : undefined));
    expect(service.functions[0]?.schedule).toEqual(expected);
  });

  it.each([
    ['a cron', scheduled('cron(0 3 * * ? *)'), /functions\.publish.*rate\(…\) only, not cron/],
    ['an event of another kind', { f: { handler: 'f.h', events: [{ stream: 'arn' }] } }, /f\.events\[0\].*"stream"/],
    [
      'two schedules',
      { f: { handler: 'f.h', events: [{ schedule: 'rate(1 day)' }, { schedule: 'rate(1 day)' }] } },
      /one schedule/,
    ],
    [
      'batches without partial answers',
      { f: { handler: 'f.h', events: [{ sqs: { arn: { 'Fn::GetAtt': ['Q', 'Arn'] } } }] } },
      /functionResponseType/,
    ],
    [
      'failures that go to no queue',
      { f: { handler: 'f.h', destinations: { onFailure: { type: 'sns', arn: { 'Fn::GetAtt': ['T', 'Arn'] } } } } },
      /destinations/,
    ],
    [
      'a setting of a queue that would be left out',
      { f: { ...copy, events: [{ sqs: { ...copy.events[0]?.sqs, filterPatterns: [] } }] } },
      /filterPatterns/,
    ],
  ])('refuses by name %s', (_what, functions, message) => {
    expect(() => parseService(file(functions))).toThrow(message);
  });
});
