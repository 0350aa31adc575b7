/**
 * serverless.yml as the local runtime sees it: functions with their triggers and limits, and the queues between them.
 * What the runtime could not drive faithfully is refused here by name, so that nothing is left out silently.
 */
import * as v from 'valibot';
import { parseDuration } from '../shared/config/readers.ts';
import { InvalidConfig } from '../shared/errors.ts';

export interface Service {
  readonly functions: readonly ServiceFunction[];
  readonly queues: readonly ServiceQueue[];
}

export interface ServiceFunction {
  /** The stage's name: its key in serverless.yml. */
  readonly name: string;
  /** The handler's file from the repository's root, without its ending, and the name of its export. */
  readonly handler: { readonly file: string; readonly export: string };
  readonly timeoutMs: number;
  readonly memoryMb: number;
  readonly environment: Readonly<Record<string, Literal>>;
  readonly schedule?: Schedule;
  readonly queue?: QueueTrigger;
  /** Log groups whose lines it is given. */
  readonly logs?: readonly string[];
  /** The queue that gets what it failed to do when it was invoked by logs. */
  readonly onFailure?: string;
  /** Whether it answers HTTP. */
  readonly url: boolean;
}

/** A text, or what a queue is called once it exists. */
export type Literal = string | { readonly queue: string; readonly attribute: 'url' | 'arn' };

export interface Schedule {
  /** How often it fires on one machine. */
  readonly everyMs: number;
  /** The environment variable that says otherwise. */
  readonly variable?: string;
}

export interface QueueTrigger {
  /** The queue's logical id, as everywhere here. */
  readonly queue: string;
  readonly batchSize: number;
  readonly maximumConcurrency: number;
}

export interface ServiceQueue {
  readonly logicalId: string;
  readonly name: string;
  readonly visibilityTimeoutSeconds: number;
  /** How long a message is kept that nobody takes. */
  readonly retentionSeconds: number;
  readonly redrive?: { readonly deadLetters: string; readonly maxReceiveCount: number };
}

const Ref = v.object({ Ref: v.string() });
const GetAtt = v.object({ 'Fn::GetAtt': v.tuple([v.string(), v.literal('Arn')]) });
const Environment = v.optional(v.record(v.string(), v.union([v.string(), v.number(), v.boolean(), Ref, GetAtt])), {});

const SqsEvent = v.strictObject({
  arn: GetAtt,
  batchSize: v.optional(v.number(), 10),
  maximumConcurrency: v.optional(v.number(), 1_000),
  // Here there is no other way to answer: a function that reports nothing has done all.
  functionResponseType: v.literal('ReportBatchItemFailures'),
});

const LogEvent = v.strictObject({ logGroup: v.string(), filter: v.optional(v.string()) });

const Destinations = v.strictObject({ onFailure: v.strictObject({ type: v.literal('sqs'), arn: GetAtt }) });

/** One file of them; serverless merges several. */
const Resources = v.object({
  Resources: v.optional(
    v.record(v.string(), v.object({ Type: v.string(), Properties: v.optional(v.record(v.string(), v.unknown()), {}) })),
    {},
  ),
});

const File = v.object({
  provider: v.object({ environment: Environment }),
  functions: v.record(
    v.string(),
    v.object({
      handler: v.string(),
      timeout: v.optional(v.number(), 6),
      memorySize: v.optional(v.number(), 1024),
      environment: Environment,
      url: v.optional(v.literal(true)),
      destinations: v.optional(Destinations),
      events: v.optional(v.array(v.record(v.string(), v.unknown())), []),
    }),
  ),
  custom: v.optional(v.object({ local: v.optional(v.object({ schedules: v.record(v.string(), v.string()) })) })),
  resources: v.union([Resources, v.array(Resources)]),
});

const QueueProperties = v.object({
  QueueName: v.string(),
  VisibilityTimeout: v.optional(v.number(), 30), // what SQS assumes
  MessageRetentionPeriod: v.optional(v.number(), 345_600), // four days
  RedrivePolicy: v.optional(v.object({ deadLetterTargetArn: GetAtt, maxReceiveCount: v.number() })),
});

/**
 * @param resolved what `serverless print --format json` answers: no variable is left in it.
 * @throws {InvalidConfig} that names what the local runtime does not know.
 */
export function parseService(resolved: unknown): Service {
  const file = checked(File, resolved, 'serverless.yml');
  const schedules = file.custom?.local?.schedules ?? {};
  return {
    functions: Object.entries(file.functions).map(([name, fn]) => {
      const at = `functions.${name}`;
      const dot = fn.handler.lastIndexOf('.');
      const triggers = fn.events.map((event, index) => parseEvent(event, schedules[name], `${at}.events[${index}]`));
      return {
        name,
        handler: { file: fn.handler.slice(0, dot), export: fn.handler.slice(dot + 1) },
        timeoutMs: fn.timeout * 1000,
        memoryMb: fn.memorySize,
        environment: literals({ ...file.provider.environment, ...fn.environment }),
        url: fn.url ?? false,
        ...atMostOne('schedule', triggers, at),
        ...atMostOne('queue', triggers, at),
        ...logsOf(triggers),
        ...(fn.destinations ? { onFailure: fn.destinations.onFailure.arn['Fn::GetAtt'][0] } : {}),
      };
    }),
    queues: [file.resources]
      .flat()
      .flatMap(({ Resources: resources }) => Object.entries(resources))
      .filter(([, { Type }]) => Type === 'AWS::SQS::Queue')
      .map(([logicalId, { Properties }]) => parseQueue(logicalId, Properties)),
  };
}

type Trigger = { readonly schedule: Schedule } | { readonly queue: QueueTrigger } | { readonly log: string };

function parseEvent(event: Readonly<Record<string, unknown>>, local: string | undefined, at: string): Trigger {
  const [kind = ''] = Object.keys(event);
  if (kind === 'schedule') return { schedule: parseSchedule(event.schedule, local, at) };
  if (kind === 'cloudwatchLog') return { log: checked(LogEvent, event.cloudwatchLog, at).logGroup };
  if (kind !== 'sqs') throw new InvalidConfig([`${at}: the local runtime does not know "${kind}" events`]);
  const { arn, batchSize, maximumConcurrency } = checked(SqsEvent, event.sqs, at);
  return { queue: { queue: arn['Fn::GetAtt'][0], batchSize, maximumConcurrency } };
}

const MILLISECONDS: Readonly<Record<string, number>> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };

/** `rate(3 hours)`, unless custom.local.schedules says a duration, or which variable does. */
function parseSchedule(value: unknown, local: string | undefined, at: string): Schedule {
  const rate = checked(v.union([v.string(), v.object({ rate: v.string() })]), value, at);
  const text = typeof rate === 'string' ? rate : rate.rate;
  const [, count, unit = ''] = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(text) ?? [];
  const deployed = Number(count) * (MILLISECONDS[unit] ?? Number.NaN);
  if (local !== undefined && !/^[A-Z][A-Z0-9_]*$/.test(local)) return { everyMs: parseDuration(local) };
  if (!(deployed > 0)) throw new InvalidConfig([`${at}: the local runtime knows rate(…) only, not ${text}`]);
  return local === undefined ? { everyMs: deployed } : { everyMs: deployed, variable: local };
}

function parseQueue(logicalId: string, properties: unknown): ServiceQueue {
  const { QueueName, VisibilityTimeout, MessageRetentionPeriod, RedrivePolicy } = checked(
    QueueProperties,
    properties,
    logicalId,
  );
  const times = { visibilityTimeoutSeconds: VisibilityTimeout, retentionSeconds: MessageRetentionPeriod };
  const queue = { logicalId, name: QueueName, ...times };
  if (!RedrivePolicy) return queue;
  const deadLetters = RedrivePolicy.deadLetterTargetArn['Fn::GetAtt'][0];
  return { ...queue, redrive: { deadLetters, maxReceiveCount: RedrivePolicy.maxReceiveCount } };
}

/** Two schedules of one function would need an order between them, which Lambda does not give either. */
function atMostOne<K extends 'schedule' | 'queue'>(kind: K, triggers: readonly Trigger[], at: string) {
  const found = triggers.filter((trigger): trigger is Extract<Trigger, Record<K, unknown>> => kind in trigger);
  if (found.length > 1)
    throw new InvalidConfig([`${at}: the local runtime drives one ${kind} of a function, not more`]);
  return found[0];
}

function logsOf(triggers: readonly Trigger[]): Pick<ServiceFunction, 'logs'> {
  const logs = triggers.flatMap((trigger) => ('log' in trigger ? [trigger.log] : []));
  return logs.length > 0 ? { logs } : {};
}

function literals(environment: v.InferOutput<typeof Environment>): Readonly<Record<string, Literal>> {
  return Object.fromEntries(
    Object.entries(environment).map(([name, value]) => {
      if (typeof value !== 'object') return [name, String(value)];
      if ('Ref' in value) return [name, { queue: value.Ref, attribute: 'url' as const }];
      return [name, { queue: value['Fn::GetAtt'][0], attribute: 'arn' as const }];
    }),
  );
}

function checked<S extends v.GenericSchema>(schema: S, value: unknown, at: string): v.InferOutput<S> {
  const result = v.safeParse(schema, value);
  if (result.success) return result.output;
  throw new InvalidConfig(
    result.issues.map((issue) => `${at}: ${v.getDotPath(issue) ?? 'it'} is not as expected: ${issue.message}`),
  );
}
