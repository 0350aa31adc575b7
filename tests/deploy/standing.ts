/** What stands on an emulator, of a stage: by the services' own answers, not by what CloudFormation says of itself. */
import type { Aws } from './aws.ts';

export interface Standing {
  /** Names of functions, by the digest of their code. */
  readonly functions: Readonly<Record<string, string>>;
  /** Log groups, by the days that they keep; null: for ever. */
  readonly logGroups: Readonly<Record<string, number | null>>;
  readonly queues: readonly string[];
  readonly rules: readonly string[];
  readonly buckets: readonly string[];
  readonly roles: readonly string[];
  readonly alarms: readonly string[];
  readonly topics: readonly string[];
  readonly mappings: number;
}

/** @param prefix of all names of the stage. */
export async function standing(aws: Aws, prefix: string): Promise<Standing> {
  const mine = (names: readonly string[]): readonly string[] => names.filter((name) => name.includes(prefix)).sort();
  const functions = await aws.rest<{ Functions: { FunctionName: string; CodeSha256: string }[] }>(
    'lambda',
    'GET',
    '/2015-03-31/functions/',
  );
  const mappings = await aws.rest<{ EventSourceMappings: { FunctionArn: string }[] }>(
    'lambda',
    'GET',
    '/2015-03-31/event-source-mappings/',
  );
  const { logGroups } = await aws.json<{ logGroups: { logGroupName: string; retentionInDays?: number }[] }>(
    'logs',
    'Logs_20140328.DescribeLogGroups',
    {},
  );
  const queues = await aws.json<{ QueueUrls?: string[] }>('sqs', 'AmazonSQS.ListQueues', {});
  const rules = await aws.json<{ Rules: { Name: string }[] }>('events', 'AWSEvents.ListRules', {});
  const buckets = await aws.texts('s3', { 'x-id': 'ListBuckets' }, 'Name', 'GET');
  const alarms = await aws.texts('monitoring', { Action: 'DescribeAlarms', Version: '2010-08-01' }, 'AlarmName');
  const topics = await aws.texts('sns', { Action: 'ListTopics', Version: '2010-03-31' }, 'TopicArn');
  const roles = await aws.texts('iam', { Action: 'ListRoles', Version: '2010-05-08' }, 'RoleName');
  return {
    functions: Object.fromEntries(
      (functions?.Functions ?? [])
        .filter(({ FunctionName }) => FunctionName.startsWith(prefix))
        .map(({ FunctionName, CodeSha256 }) => [FunctionName, CodeSha256]),
    ),
    logGroups: Object.fromEntries(
      logGroups
        .filter(({ logGroupName }) => logGroupName.includes(prefix))
        .map(({ logGroupName, retentionInDays }) => [logGroupName, retentionInDays ?? null]),
    ),
    queues: mine((queues.QueueUrls ?? []).map((url) => url.slice(url.lastIndexOf('/') + 1))),
    rules: mine(rules.Rules.map(({ Name }) => Name)),
    buckets: mine(buckets),
    roles: mine(roles),
    alarms: mine(alarms),
    topics: mine(topics),
    mappings: (mappings?.EventSourceMappings ?? []).filter(({ FunctionArn }) => FunctionArn.includes(prefix)).length,
  };
}
