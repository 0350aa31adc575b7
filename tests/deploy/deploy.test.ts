/**
 * The stack, deployed to an emulator of AWS by its commands, does its job there; then a deployment is changed, rolled back and taken
 * away. The tests go on from each other, as an operator's days do. What an emulator can't show is in docs/deploy.md.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { formatCopyRequested } from '../../events/copy-requested.ts';
import { parseStorePath } from '../../shared/nix/store-path.ts';
import { findMinio } from '../services/minio.ts';
import { hasClickHouse } from '../support/describe-with.ts';
import { eventually, until } from '../support/eventually.ts';
import { bytesAt, readHoldings } from '../support/holdings.ts';
import { freshNix } from '../support/nix.ts';
import { type Deployment, openDeployment, STACK, STAGE } from './deployment.ts';
import { findEmulator } from './emulator.ts';
import { type Seen, seenOf } from './seen.ts';
import { type Standing, standing } from './standing.ts';

const [emulator, minio] = [await findEmulator(), await findMinio()];
const describeDeployed = emulator && minio && hasClickHouse() ? describe : describe.skip;
const itWithNix = spawnSync('nix-store', ['--version']).status === 0 ? it : it.skip;

/** Each request of those at once starts an instance, which is a process: more than a small machine can start in time. */
const FEW = ['http-connections = 3'];
const FEW_AT_ONCE = [1, 2, 3];
const SECOND = 1_000;
const MINUTE = 60 * SECOND;
/** What load works on is done by then. */
const QUIET_MS = 10 * SECOND;
/** A schedule of a minute, and as long again: its first runs may find the lease with a process that is gone. */
const PUBLISHED_MS = 4 * MINUTE;
const POISON = 'poison';

describeDeployed('the stack, deployed to an emulator,', () => {
  let deployment: Deployment;
  let seen: Seen;
  /** The listed path with the largest closure where the channels stand first, and that closure. */
  let deep: string;
  let closure: readonly string[];
  /** Listed where they stand next, and not needed before. */
  let later: string;
  let here: Standing;

  beforeAll(async () => {
    if (emulator && minio) deployment = await openDeployment({ emulator, minio });
    seen = seenOf(deployment);
    const { checkout, environment, upstream } = deployment;
    expect(await checkout.copycat(['migrate'], environment)).toMatchObject({ code: 0 });
    const lists = await Promise.all([...(await upstream.standing()).values()].map(upstream.listed));
    for (const path of new Set(lists.flat())) {
      const needed = await upstream.closureOf(path);
      if (needed.length > (closure?.length ?? 0)) [deep, closure] = [path, needed];
    }
  }, 5 * MINUTE);
  afterAll(() => deployment?.close());

  const stands = () => standing(deployment.aws, STACK);
  const ask = (path: string, init: RequestInit = {}) =>
    fetch(deployment.front.url + path, { redirect: 'manual', signal: AbortSignal.timeout(MINUTE), ...init });
  const codes = async () => (await seen.deadLetters()).map(({ code }) => code);
  const send = (MessageBody: string) =>
    deployment.aws.json('sqs', 'AmazonSQS.SendMessage', { QueueUrl: deployment.queueUrl('copy'), MessageBody });

  /**
   * An emulator takes what an instance logs for some milliseconds after its answer; on a busy machine the last lines come later, and go
   * with that instance's next answer.
   */
  const nudge = async (): Promise<void> => {
    await delay(SECOND);
    const asks = FEW_AT_ONCE.map(() => ask('/nix-cache-info'));
    await Promise.all([...asks, send(formatCopyRequested({ hash: parseStorePath(deep).hash }))]);
  };
  const countRows = async () => ({
    requests: await seen.numberOf("SELECT count() FROM requests WHERE client = 'Nix'"),
    copies: await seen.numberOf("SELECT count() FROM copies WHERE outcome = 'copied'"),
  });
  const comesNoMore = async (): Promise<true> => {
    const before = await countRows();
    await nudge();
    await delay(QUIET_MS);
    expect(await countRows()).toEqual(before);
    return true;
  };

  it('is deployed by one command, which says where it answers', async () => {
    const { code, out, errors } = await deployment.deploy();
    expect([code, code === 0 ? '' : out + errors]).toEqual([0, '']);
    const [, host = ''] = /https?:\/\/([^\s/]+)/.exec(out + errors) ?? [];
    expect(host).not.toBe('');
    deployment.front.sayHost(host);
    const info = await deployment.checkout.serverless(['info', '--stage', STAGE], deployment.environment);
    expect(info.code).toBe(0);
    for (const said of [host, ...['detect', 'copy', 'publish', 'serve', 'load', 'collect']])
      expect(info.out + info.errors).toContain(said);
  });

  it('is all there: functions, queues, rules, log groups that keep as long as they should', async () => {
    here = await stands();
    const { Resources } = await deployment.checkout.template();
    const ofType = (type: string) => Object.values(Resources).filter((one) => one.Type === type && !one.Condition);
    const named = (type: string, property: string) =>
      ofType(type)
        .map((one) => one.Properties?.[property])
        .sort();
    const groups = ofType('AWS::Logs::LogGroup').map(({ Properties = {} }) => [
      Properties.LogGroupName,
      Properties.RetentionInDays,
    ]);
    expect(here.logGroups).toEqual(Object.fromEntries(groups));
    expect(Object.keys(here.functions).sort()).toEqual(named('AWS::Lambda::Function', 'FunctionName'));
    expect(here.queues).toEqual(named('AWS::SQS::Queue', 'QueueName'));
    expect(here.alarms).toEqual(named('AWS::CloudWatch::Alarm', 'AlarmName'));
    expect(here.topics).toHaveLength(ofType('AWS::SNS::Topic').length);
    expect(here.rules).toHaveLength(ofType('AWS::Events::Rule').length);
    expect(here.roles).toHaveLength(ofType('AWS::IAM::Role').length);
    expect(here.mappings).toBe(ofType('AWS::Lambda::EventSourceMapping').length);
    expect(Object.values(here.logGroups).every((days) => days !== null && days > 0)).toBe(true);
  });

  it('says what belongs to it by its tags, and where its queues are', async () => {
    const { Outputs } = await deployment.checkout.template();
    const asked = { Action: 'DescribeStacks', StackName: STACK, Version: '2010-05-15' };
    const keys = await deployment.aws.texts('cloudformation', asked, 'OutputKey');
    expect([...keys].sort()).toEqual(
      Object.keys(Outputs)
        .filter((key) => !Outputs[key]?.Condition)
        .sort(),
    );
    const { environment, tags } = await seen.configured('copy');
    expect(await deployment.aws.texts('cloudformation', asked, 'OutputValue')).toContain(environment.COPY_QUEUE_URL);
    expect(tags).toMatchObject({ Application: 'copycat', Stage: STAGE });
  });

  it('answers at once, a miss as a miss', async () => {
    const answer = await ask(`/${parseStorePath(deep).hash}.narinfo`);
    expect([answer.status, await answer.text()]).toEqual([404, '404']);
    expect((await ask('/')).status).toBe(200);
  });

  it(
    'mirrors upstream: detect, SQS, copy, and publish by its schedule',
    async () => {
      const { channels } = await deployment.invoke<{ channels: readonly { outcome: string }[] }>('detect');
      expect(channels.map(({ outcome }) => outcome)).toEqual(deployment.upstream.channels.map(() => 'detected'));
      await until('the channels to be followed', seen.followed, PUBLISHED_MS);
      const { visible } = await readHoldings(deployment.buckets);
      expect(closure.filter((path) => !visible.has(parseStorePath(path).hash))).toEqual([]);
      expect(await seen.deadLetters()).toEqual([]);
    },
    6 * MINUTE,
  );

  it('answers by its function URL as any mirror: HEAD, a range, what has not changed, a redirect for a NAR', async () => {
    const { hash } = parseStorePath(deep);
    const whole = await ask(`/${hash}.narinfo`);
    const text = Buffer.from(await whole.arrayBuffer());
    expect(text.equals((await bytesAt(deployment.buckets.bucket, `${hash}.narinfo`)) ?? Buffer.of())).toBe(true);
    const head = await ask(`/${hash}.narinfo`, { method: 'HEAD' });
    expect([head.status, head.headers.get('content-length'), await head.text()]).toEqual([200, `${text.length}`, '']);
    const etag = whole.headers.get('etag') ?? '';
    expect((await ask(`/${hash}.narinfo`, { headers: { 'if-none-match': etag } })).status).toBe(304);
    const { url } = await deployment.upstream.narInfo(deep);
    const nar = await ask(`/${url}`);
    expect(nar.status).toBe(302);
    const location = nar.headers.get('location') ?? '';
    expect(location.startsWith(`${deployment.minio.endpoint}/cache/${url}?`)).toBe(true);
    expect((await fetch(location, { headers: { range: 'bytes=0-9' } })).status).toBe(206);
    // A listing as it is kept, compressed: bytes in base64 on their way.
    const listing = await ask(`/${hash}.ls`, { headers: { 'accept-encoding': 'identity' } });
    expect(JSON.parse(await listing.text())).toMatchObject({ version: 1 });
  });

  itWithNix('installs a deep closure, whose contents equal upstream’s', async () => {
    expect(closure.length).toBeGreaterThan(10);
    const { front, upstream, folder } = deployment;
    const options = { substituters: [front.url], trustedPublicKeys: [upstream.publicKey], lines: FEW };
    const nix = await freshNix(join(folder, 'client'), options);
    const installed = await nix.run('nix-store', '-r', '--store', nix.store, deep);
    expect(installed).toMatchObject({ code: 0, out: `${deep}\n` });
    const known = await nix.run('nix', 'path-info', '--store', nix.store, '-r', deep);
    expect(known.out.trim().split('\n').sort()).toEqual(closure);
    // The same as was signed for, by upstream's key alone.
    const verified = await nix.run('nix-store', '--verify-path', '--store', nix.store, ...closure);
    expect(verified).toMatchObject({ code: 0, errors: '' });
  });

  itWithNix(
    'makes rows of what was asked and done, each once',
    async () => {
      const hashes = closure.map((path) => parseStorePath(path).hash).sort();
      const askedByNix = async (what: string) => {
        const query = `SELECT DISTINCT store_hash FROM requests WHERE client = 'Nix' AND ${what} ORDER BY store_hash`;
        return (await deployment.clickHouse.rows<{ store_hash: string }>(query)).map(({ store_hash }) => store_hash);
      };
      const { visible } = await readHoldings(deployment.buckets);
      const isHit = "route = 'narinfo' AND cache_result = 'hit'";
      const brought = async () => (await askedByNix(isHit)).length > hashes.length / 2;
      await until('the rows that the subscriptions bring', () => nudge().then(brought), 4 * MINUTE);
      await eventually('no more to come', comesNoMore, 2 * MINUTE);
      for (const name of ['detect', 'copy', 'publish', 'serve'])
        expect([name, await seen.deliverAgain(name)]).toEqual([name, { outcome: 'loaded' }]);

      expect(await askedByNix(isHit)).toEqual(hashes);
      const nars = await seen.numberOf("SELECT count() FROM requests WHERE client = 'Nix' AND route = 'nar'");
      expect(nars).toBeGreaterThanOrEqual(closure.length);
      expect(await seen.numberOf("SELECT count() FROM copies WHERE outcome = 'copied'")).toBe(visible.size);
      expect(await seen.numberOf("SELECT uniqExact(channel) FROM channel_updates WHERE outcome = 'published'")).toBe(
        deployment.upstream.channels.length,
      );
      const ofNars = (what: string) => seen.numberOf(`SELECT countIf(${what}) FROM requests WHERE route = 'nar'`);
      expect(await ofNars("status = 302 AND cache_result = 'redirect'")).toBeGreaterThan(10);
      expect(await ofNars('status NOT IN (200, 302)')).toBe(0); // what is small is given by the function itself
      for (const table of ['requests', 'copies', 'channel_updates', 'probes'])
        expect([table, await seen.numberOf(`SELECT count() - uniqExact(event_id) FROM ${table}`)]).toEqual([table, 0]);
      expect(await deployment.clickHouse.rows('SELECT * FROM unreadable')).toEqual([]);
    },
    6 * MINUTE,
  );

  it('buries poison at once, with its reason', async () => {
    await send(POISON);
    await until('the letter', async () => (await codes()).includes('MALFORMED'), MINUTE);
    expect((await seen.deadLetters()).map(({ body }) => body)).toEqual([POISON]);
  });

  it(
    'brings back a dead letter that is replayed, once what it died of has passed',
    async () => {
      const { upstream, checkout, environment } = deployment;
      const before = new Set((await readHoldings(deployment.buckets)).visible);
      await upstream.advance();
      const next = (await Promise.all([...(await upstream.standing()).values()].map(upstream.listed))).flat();
      later = next.find((path) => !before.has(parseStorePath(path).hash)) ?? '';
      const { hash } = parseStorePath(later);
      upstream.front.refuse(hash, true);
      await send(formatCopyRequested({ hash }));
      await until('its death', async () => (await codes()).includes('UPSTREAM_FAILED'), 2 * MINUTE);
      upstream.front.refuse(hash, false);

      const replay = ['replay', 'dead-letters', '--stage', STAGE, '--code', 'UPSTREAM_FAILED'];
      const replayed = await checkout.copycat(replay, environment);
      expect(replayed).toMatchObject({ code: 0 });
      expect(replayed.out).toContain('1 sent back');
      const copied = `SELECT count() FROM copies WHERE outcome = 'copied' AND store_hash = '${hash}'`;
      await until('it to be copied', async () => (await seen.numberOf(copied)) === 1, 2 * MINUTE);
      expect(await codes()).toEqual(['MALFORMED']); // what can't be read stays
    },
    6 * MINUTE,
  );

  it(
    'changes one function, and no other',
    async () => {
      const nosniff = "'x-content-type-options': 'nosniff',";
      await deployment.checkout.change('functions/serve/common-headers.ts', nosniff, `${nosniff} 'x-second': 'yes',`);
      expect(await deployment.deploy()).toMatchObject({ code: 0 });
      expect((await ask('/nix-cache-info')).headers.get('x-second')).toBe('yes');
      const now = await stands();
      const changed = Object.keys(now.functions).filter((name) => now.functions[name] !== here.functions[name]);
      expect(changed).toEqual([`${STACK}-serve`]);
      expect({ ...now, functions: {} }).toEqual({ ...here, functions: {} });
      here = now;
    },
    3 * MINUTE,
  );

  it(
    'rolls back a deployment that fails half way',
    async () => {
      const { checkout, aws } = deployment;
      const attributes = { QueueUrl: deployment.queueUrl('copy'), AttributeNames: ['All'] };
      const queue = () => aws.json<{ Attributes: object }>('sqs', 'AmazonSQS.GetQueueAttributes', attributes);
      const { Attributes: before } = await queue();
      const undo = [
        await checkout.change('functions/serve/common-headers.ts', "'x-second': 'yes'", "'x-second': 'no'"),
        await checkout.change('deploy/queues.yml', 'VisibilityTimeout: 5400', 'VisibilityTimeout: 5500'),
        await checkout.change('deploy/queues.yml', '\n  CopyQueue:\n', `${BROKEN}\n  CopyQueue:\n`),
      ];
      const { code, out, errors } = await deployment.deploy();
      expect(code).not.toBe(0);
      expect(out + errors).toContain('Unreachable');
      for (const one of undo.reverse()) await one();
      expect(await stands()).toEqual(here);
      expect((await queue()).Attributes).toMatchObject({
        VisibilityTimeout: (before as Record<string, string>).VisibilityTimeout,
      });
      expect((await ask('/nix-cache-info')).headers.get('x-second')).toBe('yes');
    },
    3 * MINUTE,
  );

  it(
    'goes on mirroring after all that',
    async () => {
      await deployment.invoke('detect');
      await until('the channels to be followed again', seen.followed, PUBLISHED_MS);
      expect((await readHoldings(deployment.buckets)).visible.has(parseStorePath(later).hash)).toBe(true);
    },
    6 * MINUTE,
  );

  it(
    'is taken away by one command, and leaves what was mirrored',
    async () => {
      const { keys } = await readHoldings(deployment.buckets);
      expect(await deployment.checkout.serverless(['remove', '--stage', STAGE], deployment.environment)).toMatchObject({
        code: 0,
      });
      expect(await stands()).toEqual({
        functions: {},
        logGroups: {},
        queues: [],
        rules: [],
        buckets: [],
        roles: [],
        alarms: [],
        topics: [],
        mappings: 0,
      });
      // More may have come meanwhile: publish wrote until its function was gone.
      expect(keys.difference((await readHoldings(deployment.buckets)).keys)).toEqual(new Set());
    },
    3 * MINUTE,
  );
});

/** A URL for a function that nobody makes, after a queue that somebody does. */
const BROKEN = `
  Extra:
    Type: AWS::SQS::Queue
    DependsOn: [CopyQueue, ServeLambdaFunction]
    Properties: { QueueName: ${STACK}-extra }
  Unreachable:
    Type: AWS::Lambda::Url
    DependsOn: [Extra]
    Properties: { TargetFunctionArn: ${STACK}-nobody, AuthType: NONE }`;
