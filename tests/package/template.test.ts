/** What is deployed: the template of a stage that has all there is, and of one that has as little as possible. */
import { execFile } from 'node:child_process';
import { access, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { readEnv } from '../../shared/config/env.ts';
import { optional, text } from '../../shared/config/readers.ts';
import { ofType, type Packaged, packaged, root, serverless } from './template.ts';

const run = promisify(execFile);
const FUNCTIONS = ['Detect', 'Copy', 'Publish', 'Serve', 'Load', 'Collect'];
const LEAST = { BUCKET: 's3://least-cache', STATE: 's3://least-state', CHANNELS: 'nixos-unstable' };
const ALL = {
  BUCKET: 's3://all-cache?endpoint=https://minio.example.org',
  STATE: 's3://all-state?endpoint=https://minio.example.org',
  CHANNELS: 'nixos-unstable',
  BUCKET_ACCESS_KEY_ID: 'ssm:/copycat/all/key-id',
  BUCKET_SECRET_ACCESS_KEY: 'ssm:/copycat/all/key',
  COPY_BUCKET_ACCESS_KEY_ID: 'ssm:/copycat/all/copy-key-id',
  COPY_BUCKET_SECRET_ACCESS_KEY: 'ssm:/copycat/all/copy-key',
  CLICKHOUSE_URL: 'ssm:/copycat/all/clickhouse-url',
  CLICKHOUSE_INGEST_URL: 'ssm:/copycat/all/clickhouse-ingest-url',
  SUPPORT_URL: 'ssm:/copycat/all/support-url', // no secret, and serve's alone
  CONTACT: 'ssm:/copycat/all/contact', // of several functions
  LOG_LEVEL: 'ssm:/copycat/all/level', // of all of them
  MIRROR_NAME: 'ssm:/copycat/*', // is none, and refused
  DOMAIN: 'cache.example.org',
  CERTIFICATE_ARN: 'arn:aws:acm:us-east-1:123456789012:certificate/00000000-0000-0000-0000-000000000000',
  COUNTRY_HEADER: 'CloudFront-Viewer-Country',
  ALARM_EMAIL: 'somebody@example.org',
  LOG_RETENTION_DAYS: '14',
  REGION: 'eu-central-1',
};

let least: Packaged;
let all: Packaged;
beforeAll(async () => {
  [least, all] = [await packaged('least', LEAST), await packaged('all', ALL)];
});
afterAll(() => Promise.all([least, all].map((one) => one.close())));

const environmentOf = ({ template }: Packaged, name: string): Readonly<Record<string, unknown>> =>
  template.Resources[`${name}LambdaFunction`]?.Properties.Environment.Variables;

/** Undefined, and said loudly, where there is none. */
async function findLint(): Promise<string | undefined> {
  const { CFN_LINT } = readEnv({ CFN_LINT: optional(text()) });
  const there =
    CFN_LINT !== undefined &&
    (await access(CFN_LINT).then(
      () => true,
      () => false,
    ));
  if (there) return CFN_LINT;
  process.stderr.write(`SKIPPED: CFN_LINT names no program (${CFN_LINT ?? 'it is not set'}); .ci/run installs one\n`);
  return undefined;
}

const lint = await findLint();
(lint === undefined ? it.skip : it)(
  'cfn-lint finds nothing, but that osls says what follows from a reference',
  async () => {
    for (const { file } of [least, all]) await run(lint ?? '', ['-i', 'W3005', '-r', 'us-east-1', '-t', file]);
  },
);

describe('the functions', () => {
  it('run on Node 24 and arm64, with memory, time and storage said, and never reserve concurrency', () => {
    const functions = ofType(all.template, 'AWS::Lambda::Function');
    expect(functions.map(([id]) => id.replace('LambdaFunction', '')).sort()).toEqual([...FUNCTIONS].sort());
    for (const [, { Properties }] of functions) {
      expect(Properties).toMatchObject({
        Runtime: 'nodejs24.x',
        Architectures: ['arm64'],
        MemorySize: expect.any(Number),
        Timeout: expect.any(Number),
        EphemeralStorage: { Size: 512 },
        Tags: expect.arrayContaining([{ Key: 'Stage', Value: 'all' }]),
      });
      expect(Properties).not.toHaveProperty('ReservedConcurrentExecutions');
    }
  });

  it('write to groups of their own that keep for a while, which are there before them', () => {
    for (const name of FUNCTIONS) {
      expect(all.template.Resources[`${name}LogGroup`]?.Properties).toMatchObject({
        LogGroupName: `/aws/lambda/copycat-all-${name.toLowerCase()}`,
        RetentionInDays: 14,
      });
      expect(all.template.Resources[`${name}LambdaFunction`]?.DependsOn).toContain(`${name}LogGroup`);
    }
    expect(least.template.Resources.ServeLogGroup?.Properties.RetentionInDays).toBe(30);
  });

  it('are told by name what is secret, may read these parameters alone, and no template says a value', () => {
    expect(environmentOf(all, 'Copy')).toMatchObject({ BUCKET_SECRET_ACCESS_KEY: 'ssm:/copycat/all/copy-key' });
    expect(environmentOf(all, 'Publish')).toMatchObject({ BUCKET_SECRET_ACCESS_KEY: 'ssm:/copycat/all/key' });
    expect(environmentOf(all, 'Serve')).toMatchObject({ SUPPORT_URL: 'ssm:/copycat/all/support-url' });
    expect(environmentOf(all, 'Load')).toMatchObject({ CLICKHOUSE_URL: 'ssm:/copycat/all/clickhouse-ingest-url' });
    for (const name of FUNCTIONS) {
      const named = Object.values(environmentOf(all, name)).filter((value) => /^ssm:[^*]+$/.test(String(value)));
      expect(named).toContain('ssm:/copycat/all/level');
      const role = JSON.stringify(all.template.Resources[`${name}Role`]);
      const granted = [...role.matchAll(/:parameter(\/[^"]+)"/g)].map(([, parameter]) => `ssm:${parameter}`);
      expect([name, granted.sort()]).toEqual([name, named.sort()]);
      expect(JSON.stringify(least.template.Resources[`${name}Role`])).not.toContain('ssm:');
    }
  });

  it('come to S3 by their roles, and by keys to anything else', () => {
    expect(least.template.Parameters.BucketKeys?.Default).toBe('none');
    expect(all.template.Parameters.BucketKeys?.Default).toBe('given');
    for (const name of FUNCTIONS.filter((one) => one !== 'Load')) {
      const policies = all.template.Resources[`${name}Role`]?.Properties.Policies;
      expect(policies[1]['Fn::If']).toEqual(['BucketsByRole', expect.anything(), { Ref: 'AWS::NoValue' }]);
      expect(JSON.stringify(policies[0])).not.toContain('s3:');
    }
  });

  it('are never told of an environment variable of whoever deploys', () => {
    expect(environmentOf(least, 'Serve')).toMatchObject({ NAR_DELIVERY: 'redirect', PUBLIC_URL: '', LOG_LEVEL: '' });
    expect(environmentOf(all, 'Serve')).toMatchObject({ PUBLIC_URL: 'https://cache.example.org' });
  });
});

describe('the queues', () => {
  it('are encrypted, keep for 14 days, and take dead letters of their own queue alone', () => {
    const queues = ofType(all.template, 'AWS::SQS::Queue');
    expect(queues).toHaveLength(4);
    for (const [id, { Properties }] of queues) {
      expect(Properties).toMatchObject({ SqsManagedSseEnabled: true, MessageRetentionPeriod: 1_209_600 });
      const dead = Properties.RedrivePolicy?.deadLetterTargetArn['Fn::GetAtt'][0];
      const allowed = Properties.RedriveAllowPolicy;
      if (dead === undefined) {
        const [source] = allowed.sourceQueueArns;
        const feeding = queues.find(
          ([, one]) => one.Properties.RedrivePolicy?.deadLetterTargetArn['Fn::GetAtt'][0] === id,
        );
        expect(allowed.redrivePermission).toBe('byQueue');
        expect(source['Fn::Sub']).toMatch(new RegExp(`:${feeding?.[1].Properties.QueueName}$`));
      } else expect(allowed).toEqual({ redrivePermission: 'denyAll' });
    }
  });

  it('hide a message for six times as long as its function may take, and bound who copies at once', () => {
    const mappings = ofType(all.template, 'AWS::Lambda::EventSourceMapping');
    expect(mappings).toHaveLength(2);
    for (const [, { Properties }] of mappings) {
      const queue = all.template.Resources[Properties.EventSourceArn['Fn::GetAtt'][0]]?.Properties;
      const fn = all.template.Resources[Properties.FunctionName['Fn::GetAtt'][0]]?.Properties;
      expect(queue?.VisibilityTimeout).toBeGreaterThanOrEqual(6 * fn?.Timeout);
      expect(Properties.FunctionResponseTypes).toEqual(['ReportBatchItemFailures']);
      expect(Properties.ScalingConfig.MaximumConcurrency).toBeGreaterThan(1);
    }
  });
});

describe('the alarms', () => {
  it('tell one topic, each with a section that the runbook has', async () => {
    const runbook = await readFile(path.join(root, 'docs/runbook.md'), 'utf8');
    const sections = [...runbook.matchAll(/^## (.*)$/gm)].map(([, head = '']) =>
      head.toLowerCase().replaceAll(' ', '-'),
    );
    const alarms = ofType(all.template, 'AWS::CloudWatch::Alarm');
    expect(alarms.length).toBeGreaterThan(12);
    for (const [, { Properties }] of alarms) {
      expect(Properties.AlarmActions).toEqual([{ Ref: 'AlarmTopic' }]);
      const [, section] = /docs\/runbook\.md#([a-z-]+)$/.exec(Properties.AlarmDescription) ?? [];
      expect(sections).toContain(section);
    }
    expect(all.template.Resources.AlarmSubscription).toMatchObject({ Condition: 'HasAlarmEmail' });
    expect(least.template.Parameters.AlarmEmail?.Default).toBe('');
  });

  it.each([
    ['dead letters', 'ApproximateNumberOfMessagesVisible', 2],
    ['the oldest message', 'ApproximateAgeOfOldestMessage', 2],
    ['channels that are behind', 'LongestLagSeconds', 1],
    ['the log stream', 'DeliveryErrors', 5],
    ['throttles', 'Throttles', 6],
    ['errors', 'Errors', 6],
    ['answers with 5xx', 'ServerErrors', 1],
    ['damage that waits for a person', 'WithdrawalsRefused', 1],
  ])('are about %s', (_what, metric, count) => {
    const alarms = JSON.stringify(ofType(all.template, 'AWS::CloudWatch::Alarm'));
    expect(alarms.split(`"MetricName":"${metric}"`)).toHaveLength(count + 1);
  });

  it('go off when a schedule that all depends on does not run, which no figure says', () => {
    const { DetectRunsAlarm: detect, PublishRunsAlarm: publish } = all.template.Resources;
    const silent = { MetricName: 'Invocations', ComparisonOperator: 'LessThanThreshold', Threshold: 1 };
    for (const [name, alarm] of Object.entries({ Detect: detect, Publish: publish }))
      expect(alarm?.Properties).toMatchObject({
        ...silent,
        TreatMissingData: 'breaching',
        Dimensions: [{ Name: 'FunctionName', Value: { Ref: `${name}LambdaFunction` } }],
      });
    // A period holds two runs at least, or one that comes late would be a gap.
    const hours = (resource: typeof detect) => resource?.Properties.Period / 3_600;
    expect([hours(detect), hours(all.template.Resources.ChannelLagAlarm)]).toEqual([6, 6]);
    expect(hours(publish)).toBe(0.25);
    expect(hours(all.template.Resources.WithdrawalRefusedAlarm)).toBe(0.5);
  });

  it('on metrics of the functions are of their own stage', () => {
    for (const [stage, { template }] of Object.entries({ all, least })) {
      const own = ofType(template, 'AWS::CloudWatch::Alarm').filter(([, { Properties }]) =>
        /^Copycat/.test(Properties.Namespace),
      );
      expect(own.map(([id]) => id).sort()).toEqual(['ChannelLagAlarm', 'ServerErrorsAlarm', 'WithdrawalRefusedAlarm']);
      for (const [, { Properties }] of own) expect(Properties.Namespace).toBe(`Copycat/${stage}`);
    }
    for (const name of FUNCTIONS) expect(environmentOf(all, name)).toMatchObject({ METRICS_NAMESPACE: 'Copycat/all' });
  });

  it.each(['LogDeliveryAlarm', 'LogThrottlingAlarm'])(
    'of log groups (%s) name each subscription filter as it is named, with its group',
    (id) => {
      const filters = ofType(all.template, 'AWS::Logs::SubscriptionFilter');
      expect(filters).toHaveLength(5);
      const alarm = JSON.stringify(all.template.Resources[id]);
      for (const [, { Properties }] of filters) {
        const [group] = Object.entries(all.template.Resources).find(
          ([, one]) => one.Type === 'AWS::Logs::LogGroup' && one.Properties.LogGroupName === Properties.LogGroupName,
        ) ?? [''];
        expect(Properties.FilterName).toBe(`copycat-all-${group.replace('LogGroup', '').toLowerCase()}`);
        expect(alarm).toMatch(
          new RegExp(`"Ref":"${group}"\\}[^\\]]*"Name":"FilterName","Value":"${Properties.FilterName}"`),
        );
      }
    },
  );
});

describe('CloudFront', () => {
  it('is there with a domain alone, and then nobody else may use the function URL', () => {
    for (const [, { Type, Condition }] of Object.entries(all.template.Resources)) {
      if (Type.startsWith('AWS::CloudFront::')) expect(Condition).toBe('HasDomain');
    }
    expect(least.template.Parameters.Domain?.Default).toBe('');
    expect(all.template.Parameters.Domain?.Default).toBe('cache.example.org');
    const url = all.template.Resources.ServeLambdaFunctionUrl?.Properties;
    expect(url).toMatchObject({ InvokeMode: 'BUFFERED', AuthType: { 'Fn::If': ['HasDomain', 'AWS_IAM', 'NONE'] } });
    for (const id of ['ServeLambdaPermissionFnUrl', 'ServeLambdaPermissionFn']) {
      expect(all.template.Resources[id]?.Properties).toMatchObject({
        Principal: { 'Fn::If': ['HasDomain', 'cloudfront.amazonaws.com', '*'] },
        SourceArn: { 'Fn::If': ['HasDomain', expect.anything(), { Ref: 'AWS::NoValue' }] },
      });
    }
  });

  it('answers a narinfo from a bucket with nothing in it when serve fails, keeps no error, and writes no log of who asked', () => {
    const { DistributionConfig: config } = all.template.Resources.Cdn?.Properties ?? {};
    expect(config.CacheBehaviors).toMatchObject([{ PathPattern: '*.narinfo', TargetOriginId: 'serve-or-nothing' }]);
    const [{ FailoverCriteria, Members }] = config.OriginGroups.Items;
    expect(FailoverCriteria.StatusCodes).toEqual({ Quantity: 5, Items: [429, 500, 502, 503, 504] });
    expect(Members.Items).toEqual([{ OriginId: 'serve' }, { OriginId: 'nothing' }]);
    expect(all.template.Parameters.Caching?.Default).toBe('false');
    for (const { ErrorCachingMinTTL } of config.CustomErrorResponses) expect(ErrorCachingMinTTL).toBe(0);
    expect(config.Logging).toBeUndefined();
    const { HeadersConfig } = all.template.Resources.CdnRequests?.Properties.OriginRequestPolicyConfig ?? {};
    expect(HeadersConfig.Headers).toContain('CloudFront-Viewer-Country');
  });

  it('forwards what CloudFront takes in an origin request policy, and Accept-Encoding by a policy of ours that keeps a second', () => {
    const { HeadersConfig } = all.template.Resources.CdnRequests?.Properties.OriginRequestPolicyConfig ?? {};
    const refused = ['accept-encoding', 'authorization', 'host', 'x-amz-content-sha256']; // the last three are signed for Lambda
    expect(HeadersConfig.Headers.filter((name: string) => refused.includes(name.toLowerCase()))).toEqual([]);
    const { CachePolicyConfig: caching } = all.template.Resources.CdnCaching?.Properties ?? {};
    expect(caching).toMatchObject({ MinTTL: 0, DefaultTTL: 0, MaxTTL: { 'Fn::If': ['Caches', 86_400, 1] } });
    expect(caching.ParametersInCacheKeyAndForwardedToOrigin).toMatchObject({
      EnableAcceptEncodingBrotli: false,
      EnableAcceptEncodingGzip: false, // or the header could not be named
      HeadersConfig: { HeaderBehavior: 'whitelist', Headers: ['Accept-Encoding'] },
    });
    expect(all.template.Resources.CdnCaching?.Condition).toBe('HasDomain');
    const { DistributionConfig: config } = all.template.Resources.Cdn?.Properties ?? {};
    for (const { CachePolicyId } of [config.DefaultCacheBehavior, ...config.CacheBehaviors])
      expect(CachePolicyId).toEqual({ Ref: 'CdnCaching' });
  });
});

describe('the package', () => {
  it('has the zip of each function where a later deployment of it looks', async () => {
    const folder = path.dirname(all.file);
    const state = JSON.parse(await readFile(path.join(folder, 'serverless-state.json'), 'utf8')) as {
      readonly service: { readonly functions: Readonly<Record<string, { readonly package: { artifact: string } }>> };
    };
    for (const name of FUNCTIONS.map((one) => one.toLowerCase())) {
      const { artifact } = state.service.functions[name]?.package ?? {};
      expect(artifact).toBe(path.join(folder, 'functions', `${name}.zip`));
      expect((await stat(artifact ?? '')).size).toBeGreaterThan(10_000);
    }
  });

  it('is not made of a file with a secret in it, which would stand in the template', async () => {
    const open = { ...LEAST, CLICKHOUSE_URL: 'http://reader:hunter2@clickhouse:8123' };
    const error = await packaged('open', open).catch((thrown: unknown) => thrown);
    const { stdout } = error as { readonly stdout: string };
    expect(stdout).toContain('Nothing was packaged, for this is missing or wrong:\n  CLICKHOUSE_URL is a secret');
    expect(stdout).not.toContain('hunter2');
  });

  it('of one function is not deployed either while something is wrong', async () => {
    const none = ['--stage', 'nowhere', '--param', 'environments=nowhere', '--param', 'preflight=offline'];
    const error = await serverless('deploy', 'function', '--function', 'copy', ...none).catch((thrown) => thrown);
    expect(error.stdout).toContain(
      'Nothing was deployed, for this is missing or wrong:\n  environments/nowhere.yml is not',
    );
  });
});

it('says where things are', () => {
  expect(Object.keys(all.template.Outputs)).toEqual(
    expect.arrayContaining(['MirrorUrl', 'DistributionDomain', 'CopyQueueUrl', 'CopyDeadLettersUrl', 'AlarmTopicArn']),
  );
});
