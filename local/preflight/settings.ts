/** What is wrong with an environment file by itself. Pure; values that may be secret are not repeated. */
import { parseBucketUrl } from '../../shared/bucket/open.ts';
import { parseClickHouseUrl } from '../../shared/config/clickhouse-url.ts';
import type { Environment } from '../../shared/config/env.ts';
import { MOST_PARAMETERS, parameterIn } from '../../shared/config/parameters.ts';
import { describeError } from '../../shared/errors.ts';
import { overlap } from '../data-dir.ts';
import type { Stage } from './stage.ts';

/** Of the deployment alone; docs/deploy.md says what each means. */
const OWN = [
  'REGION',
  'LOG_RETENTION_DAYS',
  'ALARM_EMAIL',
  'DOMAIN',
  'CERTIFICATE_ARN',
  'CACHING',
  'CLICKHOUSE_INGEST_URL',
];
const KEYS = ['BUCKET_ACCESS_KEY_ID', 'BUCKET_SECRET_ACCESS_KEY'];
/** What functions are told and no file says. */
const MADE = /^(?:METRICS|METRICS_NAMESPACE|COPY_QUEUE_URL|COPY_DEAD_LETTERS_URL)$/;
const PLACEHOLDER = /^<.*>$/s;
const HOST = /^(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*$/i;
const EMAIL = /^[^\s@<>,;]+@[^\s@<>,;]+\.[^\s@<>,;]+$/;
const CERTIFICATE = /^arn:aws[a-z-]*:acm:us-east-1:\d{12}:certificate\/\S+$/;
/** An emulator's: it is told by variables, and knows no secrets. */
const EMULATED = 'local';

export const fileOf = (stage: string): string => `environments/${stage}.yml`;

export const isPlaceholder = (value: string | undefined): boolean => PLACEHOLDER.test(value?.trim() ?? '');

export function problemsOfSettings(asked: Stage): readonly string[] {
  const { name: stage, settings = {}, functions } = asked;
  const said = (name: string): string => settings[name]?.trim() ?? '';
  const known = new Set([...OWN, ...knownTo(functions)]);
  const problems: string[] = [];
  for (const name of Object.keys(settings)) {
    if (!known.has(name)) problems.push(`${name} is no setting that anything reads`);
    else if (isPlaceholder(settings[name])) problems.push(`${name} still is a placeholder: ${said(name)}`);
    else if (stage !== EMULATED && isSecretInTheOpen(name, said(name)))
      problems.push(`${name} is a secret: put it into a parameter, and say its name here as ssm:/copycat/${stage}/…`);
  }
  for (const [fn, environment] of functions) {
    const parameters = new Set(
      Object.values(environment)
        .map(parameterIn)
        .filter((one) => one !== undefined),
    );
    if (parameters.size > MOST_PARAMETERS)
      problems.push(`${fn} would look up ${parameters.size} parameters, and no more than ${MOST_PARAMETERS} can be`);
  }
  for (const name of ['BUCKET', 'STATE'])
    if (said(name) && !isPlaceholder(said(name))) problems.push(...problemsOfBucket(name, said(name)));
  if (isOneBucket(said('BUCKET'), said('STATE'))) problems.push('STATE must be another bucket than BUCKET is');
  problems.push(...problemsOfOwn(asked));
  return problems;
}

/** Of the deployment's own. */
function problemsOfOwn({ settings = {}, retention }: Stage): readonly string[] {
  const said = (name: string): string => (isPlaceholder(settings[name]) ? '' : (settings[name]?.trim() ?? ''));
  const problems: string[] = [];
  if (said('LOG_RETENTION_DAYS') && retention !== undefined && said('LOG_RETENTION_DAYS') !== String(retention))
    problems.push('LOG_RETENTION_DAYS must be a number that CloudWatch takes: 1, 3, 5, 7, 14, 30, 60, 90, …');
  if (said('ALARM_EMAIL') && !EMAIL.test(said('ALARM_EMAIL'))) problems.push('ALARM_EMAIL must be an address of mail');
  if (said('DOMAIN') && !HOST.test(said('DOMAIN')))
    problems.push('DOMAIN must be the name of a host, such as cache.example.org');
  if (said('DOMAIN') && !CERTIFICATE.test(said('CERTIFICATE_ARN')))
    problems.push('CERTIFICATE_ARN must be the ARN of a certificate of ACM in us-east-1, since there is a DOMAIN');
  if (said('CACHING') && !/^(?:true|false)$/.test(said('CACHING'))) problems.push('CACHING must be true or false');
  return problems;
}

/** One would be the other's: both have `releases/` and `channels/`. */
function isOneBucket(BUCKET: string, STATE: string): boolean {
  try {
    return overlap({ BUCKET, STATE });
  } catch {
    return false; // it has been said
  }
}

function problemsOfBucket(name: string, storeUrl: string): readonly string[] {
  try {
    return parseBucketUrl(storeUrl).scheme === 's3' ? [] : [`${name} must be s3://: functions have no disk`];
  } catch (error) {
    return [`${name} is ${describeError(error).message}`];
  }
}

function* knownTo(functions: ReadonlyMap<string, Environment>): Generator<string, undefined> {
  for (const [fn, environment] of functions) {
    for (const name of Object.keys(environment)) if (!MADE.test(name)) yield name;
    for (const key of KEYS) if (key in environment) yield `${fn.toUpperCase()}_${key}`;
  }
  return undefined;
}

function isSecretInTheOpen(name: string, value: string): boolean {
  if (value === '' || parameterIn(value) !== undefined) return false;
  if (name.endsWith('BUCKET_SECRET_ACCESS_KEY')) return true;
  if (!/^CLICKHOUSE_(?:INGEST_)?URL$/.test(name)) return false;
  try {
    return parseClickHouseUrl(value).password !== undefined;
  } catch {
    return value.includes('@');
  }
}
