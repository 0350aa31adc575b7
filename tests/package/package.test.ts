/** The zips that `serverless package` makes, each unpacked into an empty folder, answer their sample events there. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { stagedKey } from '../../events/staged.ts';
import { getText } from '../../shared/bucket/bucket.ts';
import { openBucket } from '../../shared/bucket/open.ts';
import { type HandlerWorld, openHandlerWorld } from '../../shared/testing/handler-world.ts';

const run = promisify(execFile);
const root = path.resolve(import.meta.dirname, '../..');

describe('the packaged functions', () => {
  let world: HandlerWorld;
  let folder: string;

  beforeAll(async () => {
    world = await openHandlerWorld();
    folder = await mkdtemp(path.join(tmpdir(), 'copycat-package-'));
    await run('npm', ['run', 'package'], { cwd: root });
    for (const name of ['detect', 'copy', 'publish', 'serve', 'load', 'collect']) {
      await run('python3', ['-m', 'zipfile', '-e', path.join(root, '.build', `${name}.zip`), path.join(folder, name)]);
    }
  });
  afterAll(async () => {
    await world.close();
    await rm(folder, { recursive: true, force: true });
  });

  const answer = async (name: string, event: string, more: Readonly<Record<string, string>> = {}): Promise<unknown> => {
    const script = path.join(root, 'tests/package/run-event.mjs');
    const args = [
      script,
      path.join(folder, name, `functions/${name}/handler.js`),
      path.join(root, `events/samples/${event}.json`),
    ];
    const { stdout } = await run(process.execPath, args, {
      cwd: path.join(folder, name),
      env: { ...world.environment, ...more },
    });
    return JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
  };

  it('detect asks for what a release lists', async () => {
    expect(await answer('detect', 'detect.scheduled')).toMatchObject({ channels: [{ outcome: 'detected', asked: 1 }] });
  });

  it('copy brings a NAR that is compressed by xz, and says staged', async () => {
    expect(await answer('copy', 'copy.one-path')).toEqual({ batchItemFailures: [] });
    const { hello } = world.upstream;
    expect(await getText(openBucket(world.environment.STATE ?? ''), stagedKey(hello.hash))).toBe(hello.narInfo);
  });

  it('copy buries what does not parse', async () => {
    expect(await answer('copy', 'copy.malformed')).toEqual({ batchItemFailures: [] });
    expect(await world.receive(world.environment.COPY_DEAD_LETTERS_URL ?? '')).toHaveLength(1);
  });

  it('publish asks for the reference that nobody listed', async () => {
    expect(await answer('publish', 'publish.scheduled')).toMatchObject({ outcome: 'ticked', shown: 0, asked: 1 });
  });

  it('collect begins a day after the mirror has', async () => {
    expect(await answer('collect', 'collect.scheduled')).toEqual({ outcome: 'not-due' });
  });

  it('serve answers from what is visible', async () => {
    const { hello } = world.upstream;
    await openBucket(world.environment.BUCKET ?? '').put(`${hello.hash}.narinfo`, hello.narInfo);
    expect(await answer('serve', 'serve.narinfo')).toMatchObject({
      statusCode: 200,
      body: Buffer.from(hello.narInfo).toString('base64'),
    });
  });

  it('load lets go of the log stream where there is no ClickHouse', async () => {
    expect(await answer('load', 'load.subscription')).toEqual({ outcome: 'off' });
  });

  it('load leaves in its queue what ClickHouse does not take, and lets Lambda try again what came by itself', async () => {
    const down = { CLICKHOUSE_URL: 'http://127.0.0.1:1' };
    expect(await answer('load', 'load.control', down)).toEqual({ outcome: 'nothing' });
    expect(await answer('load', 'load.failures', down)).toMatchObject({ batchItemFailures: [{}, {}] });
    await expect(answer('load', 'load.subscription', down)).rejects.toThrow(
      'could not look into deliveries: ECONNREFUSED',
    );
  });

  it('publish says its figures to CloudWatch, as each function is told to', async () => {
    const script = path.join(root, 'tests/package/run-event.mjs');
    const args = [
      script,
      path.join(folder, 'publish/functions/publish/handler.js'),
      path.join(root, 'events/samples/publish.scheduled.json'),
    ];
    const env = { ...world.environment, METRICS: 'emf' };
    const { stdout } = await run(process.execPath, args, { cwd: path.join(folder, 'publish'), env });
    const [line] = stdout.split('\n').filter((text) => text.startsWith('{"_aws":'));
    expect(JSON.parse(line ?? '')).toMatchObject({ Function: 'publish', LeaseHeldElsewhere: expect.any(Number) });
    expect(line).not.toContain('kind'); // by which load gets its records

    const file = path.join(root, '.serverless/cloudformation-template-update-stack.json');
    const { Resources } = JSON.parse(await readFile(file, 'utf8')) as { Resources: Record<string, Resource> };
    const functions = Object.values(Resources).filter(({ Type }) => Type === 'AWS::Lambda::Function');
    expect(functions.length).toBeGreaterThan(4);
    for (const { Properties } of functions)
      expect(Properties.Environment).toMatchObject({ Variables: { METRICS: 'emf' } });
  });

  it('load is given the log streams of all others and not its own, and what it fails at waits as long as a queue can', async () => {
    const file = path.join(root, '.serverless/cloudformation-template-update-stack.json');
    const { Resources } = JSON.parse(await readFile(file, 'utf8')) as { Resources: Record<string, Resource> };
    const all = Object.values(Resources);
    const filters = all.filter(({ Type }) => Type === 'AWS::Logs::SubscriptionFilter');
    const groups = Object.entries(Resources).filter(([, { Type }]) => Type === 'AWS::Logs::LogGroup');
    expect(filters.map(({ Properties }) => Properties.LogGroupName).sort()).toEqual(
      groups
        .map(([, { Properties }]) => Properties.LogGroupName)
        .filter((name) => name !== '/aws/lambda/copycat-dev-load')
        .sort(),
    );
    for (const { DependsOn = [], Properties } of filters) {
      const [group = ''] = groups.find(([, other]) => other.Properties.LogGroupName === Properties.LogGroupName) ?? [];
      expect(DependsOn).toEqual([expect.stringContaining('Permission'), group]); // or logs are skipped until both are there
    }
    const failures = { 'Fn::GetAtt': ['LoadFailures', 'Arn'] };
    expect(all.find(({ Type }) => Type === 'AWS::Lambda::EventInvokeConfig')?.Properties).toMatchObject({
      DestinationConfig: { OnFailure: { Destination: failures } },
    });
    const { VisibilityTimeout, MessageRetentionPeriod, RedrivePolicy } = Resources.LoadFailures?.Properties ?? {};
    const { maxReceiveCount } = RedrivePolicy as { maxReceiveCount: number };
    expect(Number(VisibilityTimeout) * maxReceiveCount).toBeGreaterThan(Number(MessageRetentionPeriod));
  });
});

interface Resource {
  readonly Type: string;
  readonly DependsOn?: readonly string[];
  readonly Properties: Readonly<Record<string, unknown>>;
}
