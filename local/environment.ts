/** The environment of a function's process: what serverless.yml says, what the user says, what the runtime knows. */
import type { Environment } from '../shared/config/env.ts';
import type { QueueNames } from './queues.ts';
import type { ServiceFunction } from './service.ts';

export interface EnvironmentParts {
  /** The user's. An empty variable means its default, so it hides nothing. */
  readonly inherited: Environment;
  /** By logical id. */
  readonly queues: ReadonlyMap<string, QueueNames>;
  /** What the runtime sets whatever the user says. */
  readonly settings: Environment;
}

export function environmentOf(
  { environment }: Pick<ServiceFunction, 'environment'>,
  { inherited, queues, settings }: EnvironmentParts,
): Environment {
  const said = Object.entries(environment).filter(([, value]) => typeof value === 'string' && value !== '');
  const named = Object.entries(environment).flatMap(([name, value]) =>
    typeof value === 'string' ? [] : [[name, queues.get(value.queue)?.[value.attribute]] as const],
  );
  return {
    ...(Object.fromEntries(said) as Record<string, string>),
    ...withoutEmpty(inherited),
    ...Object.fromEntries(named),
    ...withoutEmpty(settings),
  };
}

/** What is said to be empty is not said. */
export const withoutEmpty = (environment: Environment): Environment =>
  Object.fromEntries(Object.entries(environment).filter(([, value]) => value?.trim()));

/** What functions are told of ClickHouse is decided by who starts them, and `off` is for nobody else to read. */
export function withoutAnalytics(environment: Environment): Environment {
  const { CLICKHOUSE_URL, CLICKHOUSE_INGEST_URL, SPOOL, ...others } = environment;
  return others;
}

/** The embedded queues take any credentials, but the SDK wants some; the user's own are left alone. */
export function credentialsFor(inherited: Environment): Environment {
  const own = ['AWS_ACCESS_KEY_ID', 'AWS_PROFILE', 'AWS_WEB_IDENTITY_TOKEN_FILE'].some((name) =>
    inherited[name]?.trim(),
  );
  return own ? {} : { AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' };
}
