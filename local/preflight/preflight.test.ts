import fc from 'fast-check';
import type { Environment } from '../../shared/config/env.ts';
import { BucketFailed } from '../../shared/errors.ts';
import { lookingAt, offline } from './look.ts';
import { type PreflightDeps, preflight } from './preflight.ts';
import { type Stage, stageOf } from './stage.ts';

const live = AbortSignal.timeout(60_000);
const QUEUE = { Ref: 'CopyQueue' };
const FINE = {
  BUCKET: 's3://copycat-cache',
  STATE: 's3://copycat-state',
  CHANNELS: 'nixos-unstable-small',
  CLICKHOUSE_URL: 'ssm:/copycat/prod/clickhouse-url',
  CLICKHOUSE_INGEST_URL: 'ssm:/copycat/prod/ingest-url',
};
const CERTIFICATE_ARN = 'arn:aws:acm:us-east-1:123456789012:certificate/x';
const HELD = new Map([
  ['/copycat/prod/clickhouse-url', 'http://reader:hunter2@clickhouse:8123'],
  ['/copycat/prod/ingest-url', 'http://writer:hunter3@clickhouse:8123'],
  ['/copycat/prod/key', 'hunter4'],
]);

/** As serverless.yml resolves it, as far as a preflight looks. */
function resolved(settings: Environment | '', name = 'prod'): unknown {
  const said = settings === '' ? {} : settings;
  const of = (...names: readonly string[]) => Object.fromEntries(names.map((one) => [one, said[one] ?? '']));
  const keys = (fn: string) => ({
    BUCKET_ACCESS_KEY_ID: said[`${fn}_BUCKET_ACCESS_KEY_ID`] ?? said.BUCKET_ACCESS_KEY_ID ?? '',
    BUCKET_SECRET_ACCESS_KEY: said[`${fn}_BUCKET_SECRET_ACCESS_KEY`] ?? said.BUCKET_SECRET_ACCESS_KEY ?? '',
  });
  const domain = said.DOMAIN && !said.PUBLIC_URL ? { PUBLIC_URL: `https://${said.DOMAIN}` } : {};
  return {
    provider: {
      stage: name,
      environment: { ...of('BUCKET', 'STATE', 'LOG_LEVEL'), METRICS: 'emf', METRICS_NAMESPACE: 'Copycat/prod' },
    },
    functions: {
      detect: { environment: { ...keys('DETECT'), ...of('CHANNELS', 'CONTACT'), COPY_QUEUE_URL: QUEUE } },
      copy: { environment: { ...keys('COPY'), COPY_QUEUE_URL: QUEUE, COPY_DEAD_LETTERS_URL: QUEUE } },
      serve: {
        environment: { ...keys('SERVE'), ...of('CLICKHOUSE_URL', 'PUBLIC_URL'), ...domain, COPY_QUEUE_URL: QUEUE },
      },
      load: { environment: { CLICKHOUSE_URL: said.CLICKHOUSE_INGEST_URL ?? said.CLICKHOUSE_URL ?? '' } },
    },
    custom: {
      settings,
      place: { retention: said.LOG_RETENTION_DAYS === '31' ? 30 : Number(said.LOG_RETENTION_DAYS) || 30 },
    },
  };
}

const stageWith = (more: Environment = {}, name?: string): Stage => stageOf(resolved({ ...FINE, ...more }, name));

function world(more: Partial<PreflightDeps> = {}) {
  const asked: string[] = [];
  const deps: PreflightDeps = {
    fetchParameters: async (names) => new Map([...HELD].filter(([name]) => names.includes(name))),
    async listBucket(storeUrl, { BUCKET_ACCESS_KEY_ID: key }) {
      asked.push(`${storeUrl}${key ? ` as ${key}` : ''}`);
    },
    async askClickHouse({ user }) {
      asked.push(`ClickHouse as ${user}`);
    },
    ...more,
  };
  return { deps, asked };
}

describe('preflight', () => {
  it('finds nothing where all is there, having asked for each thing once', async () => {
    const { deps, asked } = world();
    await expect(preflight(stageWith(), deps, live)).resolves.toEqual([]);
    expect(asked.sort()).toEqual([
      'ClickHouse as reader',
      'ClickHouse as writer',
      's3://copycat-cache',
      's3://copycat-state',
    ]);
  });

  it('names the environment file that is not there, and how it is made', async () => {
    const problems = await preflight(stageOf(resolved('')), world().deps, live);
    expect(problems).toEqual([
      'environments/prod.yml is not there: cp environments/prod.example.yml environments/prod.yml, and fill it in',
    ]);
  });

  it('says everything at once, each thing once, and no value that is secret', async () => {
    const refuses = new BucketFailed('no', { answer: 'AccessDenied (403)' });
    const { deps } = world({
      listBucket: async (storeUrl) => (storeUrl.includes('cache') ? Promise.reject(refuses) : undefined),
      askClickHouse: ({ user }) => Promise.reject(new Error(user === 'reader' ? 'ClickHouse answered 401' : 'down')),
    });
    const problems = await preflight(
      stageWith({
        CHANNELS: '<channels>',
        CONTACT: '',
        BUKCET: 's3://typo',
        BUCKET_ACCESS_KEY_ID: 'ssm:/copycat/prod/no-such-key',
        BUCKET_SECRET_ACCESS_KEY: 'ssm:/copycat/prod/key',
        COPY_BUCKET_ACCESS_KEY_ID: 'id-of-copy',
        COPY_BUCKET_SECRET_ACCESS_KEY: 'hunter5',
        PUBLIC_URL: 'https://cache.example.org/path',
        DOMAIN: 'cache.example.org',
        CACHING: 'yes',
      }),
      deps,
      live,
    );
    expect([...problems].sort()).toEqual(
      [
        'CHANNELS still is a placeholder: <channels>',
        'BUKCET is no setting that anything reads',
        'BUCKET_ACCESS_KEY_ID: there is no parameter /copycat/prod/no-such-key',
        'COPY_BUCKET_SECRET_ACCESS_KEY is a secret: put it into a parameter, and say its name here as ssm:/copycat/prod/…',
        'PUBLIC_URL must be an http or https address of a host, without a path and credentials',
        'CERTIFICATE_ARN must be the ARN of a certificate of ACM in us-east-1, since there is a DOMAIN',
        'CACHING must be true or false',
        "BUCKET can't be listed with COPY_BUCKET_ACCESS_KEY_ID: AccessDenied (403)",
        'CLICKHOUSE_URL does not answer: ClickHouse answered 401',
        'CLICKHOUSE_INGEST_URL does not answer: down',
      ].sort(),
    );
    expect(problems.join()).not.toContain('hunter');
  });

  it('needs what functions need, and buckets that are no directories', async () => {
    const problems = await preflight(
      stageWith({ CHANNELS: '', BUCKET: 'file:///tmp/cache', STATE: '' }),
      offline,
      live,
    );
    expect(problems).toEqual([
      'BUCKET must be s3://: functions have no disk',
      'CHANNELS is not set',
      'STATE is not set',
    ]);
  });

  it.each<readonly [string, Environment, readonly string[]]>([
    ['days that CloudWatch does not take', { LOG_RETENTION_DAYS: '31' }, ['LOG_RETENTION_DAYS must be a number that']],
    ['days that it does', { LOG_RETENTION_DAYS: '14' }, []],
    ['an address of nobody', { ALARM_EMAIL: 'nonsense' }, ['ALARM_EMAIL must be an address of mail']],
    ['an address of somebody', { ALARM_EMAIL: 'a.b+c@example.org' }, []],
    ['one bucket for both', { STATE: `${FINE.BUCKET}?region=eu-central-1` }, ['STATE must be another bucket']],
    ['buckets of one name elsewhere', { STATE: `${FINE.BUCKET}?endpoint=https://minio.example.org` }, []],
    [
      'an address as domain',
      { DOMAIN: 'https://c.example.org', CERTIFICATE_ARN },
      ['DOMAIN must be the name of a host'],
    ],
    ['a domain', { DOMAIN: 'c.example.org', CERTIFICATE_ARN }, []],
    [
      'half a key',
      { BUCKET_SECRET_ACCESS_KEY: 'ssm:/copycat/prod/key' },
      ['BUCKET_ACCESS_KEY_ID is not set, and neither'],
    ],
    ['half a key of one function', { COPY_BUCKET_ACCESS_KEY_ID: 'id' }, ['BUCKET_SECRET_ACCESS_KEY is not set']],
    [
      'the parameter of load alone missing',
      { CLICKHOUSE_INGEST_URL: 'ssm:/c/none' },
      ['CLICKHOUSE_INGEST_URL: there is no parameter /c/none'],
    ],
    [
      'a parameter of one function alone missing',
      { COPY_BUCKET_ACCESS_KEY_ID: 'ssm:/c/none', COPY_BUCKET_SECRET_ACCESS_KEY: 'ssm:/copycat/prod/key' },
      ['COPY_BUCKET_ACCESS_KEY_ID: there is no parameter /c/none'],
    ],
  ])('says once, by the name that the file has, what is wrong with %s', async (_what, more, beginnings) => {
    const { deps } = world({
      listBucket: async (_, keys) => {
        if (keys.BUCKET_ACCESS_KEY_ID ?? keys.BUCKET_SECRET_ACCESS_KEY) throw new Error('half a key opens nothing');
      },
    });
    const problems = await preflight(stageWith(more), deps, live);
    expect(problems).toHaveLength(beginnings.length);
    expect(problems.map((problem, n) => problem.slice(0, beginnings[n]?.length))).toEqual(beginnings);
  });

  it('counts what a function would look up by one request', async () => {
    const { functions, ...stage } = stageWith();
    const many = Object.fromEntries(Array.from({ length: 11 }, (_, n) => [`V${n}`, `ssm:/c/${n}`]));
    const asked = { ...stage, functions: new Map([...functions, ['load', many]]) };
    await expect(preflight(asked, offline, live)).resolves.toEqual([
      'load would look up 11 parameters, and no more than 10 can be',
    ]);
  });

  it('asks nobody when it is told so', async () => {
    await expect(preflight(stageWith(), offline, live)).resolves.toEqual([]);
  });

  it('lets an emulator’s stage have its keys in the open', async () => {
    const open = { BUCKET_ACCESS_KEY_ID: 'minioadmin', BUCKET_SECRET_ACCESS_KEY: 'minioadmin' };
    await expect(preflight(stageWith(open, 'local'), world().deps, live)).resolves.toEqual([]);
    await expect(preflight(stageWith(open), world().deps, live)).resolves.toHaveLength(1);
  });

  it('repeats no password, wherever somebody has written one', async () => {
    const name = fc.constantFrom(
      'CLICKHOUSE_URL',
      'BUCKET_SECRET_ACCESS_KEY',
      'COPY_BUCKET_SECRET_ACCESS_KEY',
      'BUCKET',
    );
    const shape = fc.constantFrom('hunter2', 'http://u:hunter2@h:1', 'ssm:hunter2', ' hunter2 ', 's3://k:hunter2@b');
    await fc.assert(
      fc.asyncProperty(name, shape, async (setting, value) => {
        const problems = await preflight(stageWith({ [setting]: value }), world().deps, live);
        expect(problems.length).toBeGreaterThan(0);
        expect(problems.join()).not.toContain('hunter2');
      }),
    );
  });
});

describe('what is really asked', () => {
  it('says why it got no answer', async () => {
    const deps = lookingAt('us-east-1');
    const keys = { BUCKET_ACCESS_KEY_ID: 'id', BUCKET_SECRET_ACCESS_KEY: 'secret' };
    const place = 's3://copycat?endpoint=http://127.0.0.1:1';
    const stage = stageWith(
      {
        BUCKET: place,
        STATE: place.replace('copycat', 'copycat-state'),
        ...keys,
        CLICKHOUSE_URL: '',
        CLICKHOUSE_INGEST_URL: '',
      },
      'local',
    );
    const problems = await preflight(stage, deps, live);
    expect(problems).toEqual([
      expect.stringMatching(/^BUCKET can't be listed: \w+$/),
      expect.stringMatching(/^STATE can't be listed: \w+$/),
    ]);
  });
});
