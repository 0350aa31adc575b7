/** What an operator does on a bad day, with a real runtime: while it runs, and when it is stopped. */
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CreateQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import { buildApp } from 'fauxqs';
import { parseBackfill } from '../../events/backfill.ts';
import type { Operation } from '../../events/operation.ts';
import { readQueueAddress } from '../../local/queue-address.ts';
import { embeddedClient } from '../../local/queue-connection.ts';
import { getText } from '../../shared/bucket/bucket.ts';
import { sqsQueue } from '../../shared/queue/sqs.ts';
import type { StoreObject } from '../../shared/testing/store-objects.ts';
import { eventually, until } from '../support/eventually.ts';
import { type Buckets, directoriesIn, readHoldings } from '../support/holdings.ts';
import { type Mirror, startMirror } from '../support/mirror.ts';
import { RELEASE } from '../support/one-release.ts';
import { makeFolder, removeFolder } from '../support/temporary-folder.ts';
import { copycat, copycatJson, launchCopycat } from './copycat.ts';
import { listenTwoReleases, OLDER, type TwoReleases } from './two-releases.ts';

interface Queues {
  readonly queues: readonly {
    readonly stage: string;
    readonly waiting: number;
    readonly inFlight: number;
    readonly delayed: number;
    readonly dead: number;
    readonly reasons: readonly { readonly code: string; readonly count: number }[];
  }[];
}
interface Backfilled {
  readonly toAsk: number;
  readonly underWay: number;
  readonly asked: number;
}
interface Replayed {
  readonly stages: readonly {
    readonly stage: string;
    readonly replayed: number;
    readonly unreadable: number;
    readonly left: number;
  }[];
}

const COPY_MS = 60_000;
const CONTROL = /\p{Cc}(?<!\n)|\p{Cf}/u;

let folder: string;
let upstream: TwoReleases;
let environment: Readonly<Record<string, string>>;
let buckets: Buckets;
let mirror: Mirror | undefined;

beforeAll(async () => {
  folder = await makeFolder();
  const dataDir = join(folder, 'data');
  await mkdir(dataDir);
  upstream = await listenTwoReleases();
  environment = { ...upstream.environment, DATA_DIR: dataDir, HOME: folder, MIN_FREE_BYTES: '0' };
  buckets = directoriesIn(dataDir);
});
afterAll(async () => {
  mirror?.program.signal('SIGKILL', 'group');
  await mirror?.program.ended;
  await upstream.close();
  await removeFolder(folder);
});

async function start(): Promise<void> {
  const patience = { COPY_PATIENCE: '1s', COPY_PATIENCE_RECEIVES: '1', POLL_INTERVAL: '1h', COPY_CONCURRENCY: '10' };
  mirror = await startMirror({ dataDir: join(folder, 'data'), environment: { ...environment, ...patience } });
}
async function stop(): Promise<void> {
  expect(await mirror?.stop()).toBe(0);
  mirror = undefined;
}
const visible = async (objects: readonly StoreObject[]): Promise<number> => {
  const { visible: names } = await readHoldings(buckets);
  return objects.filter(({ hash }) => names.has(hash)).length;
};
const arrived = (objects: readonly StoreObject[]) =>
  until(`${objects.length} paths to arrive`, async () => (await visible(objects)) === objects.length, COPY_MS);
const ofCopy = async () => {
  const { queues } = await copycatJson<Queues>(['queues'], environment);
  const found = queues.find(({ stage }) => stage === 'copy');
  if (!found) throw new Error('copy has no queue');
  return found;
};
const drained = () =>
  until(
    'the queue to be empty',
    async () => {
      const { waiting, inFlight, delayed } = await ofCopy();
      return waiting + inFlight + delayed === 0;
    },
    COPY_MS,
  );

/** By the backfills that are under way, as they write it down. */
async function askedSoFar(): Promise<number> {
  const records = await Array.fromAsync(buckets.state.list('backfills/'), ({ key }) => getText(buckets.state, key));
  const asked = records.map((text) => parseBackfill(text ?? '')).filter(({ done }) => !done);
  return asked.reduce((sum, record) => sum + record.asked, 0);
}

describe('before any mirror has run', () => {
  it('says all that is wrong, and touches nothing', async () => {
    const elsewhere = { ...environment, DATA_DIR: join(folder, 'elsewhere'), PORT: 'x' };
    const wrong = await copycat(['backfill', '--names', 'a b', '--rate', '0', 'hello'], elsewhere);
    expect(wrong).toMatchObject({ code: 2, out: '' });
    for (const name of ['PORT', '--names', '--rate', 'a path']) expect(wrong.errors).toContain(`  ${name} `);
    for (const command of [
      ['queues'],
      ['status'],
      ['replay', 'dead-letters'],
      ['backfill', '--channel', 'nixos-unstable'],
    ]) {
      const { code, errors } = await copycat(command, { ...elsewhere, PORT: '0' });
      expect({ code, errors }).toEqual({ code: 2, errors: expect.stringContaining('no mirror has run in') });
    }
    expect(existsSync(elsewhere.DATA_DIR)).toBe(false);
  });
});

describe('while the mirror runs', () => {
  beforeAll(async () => {
    await start();
    await arrived(upstream.current);
  });
  const [one, ...others] = [0, 1, 2].map((n) => () => upstream.tools[n] as StoreObject);
  const tool = () => (one as () => StoreObject)();
  const otherTools = () => others.map((other) => other());

  it('asks for what is named by a pattern, of a release that is not current', async () => {
    upstream.cut = true;
    const names = ['--release', OLDER, '--names', 'tool-?'];
    expect(await copycatJson<Backfilled>(['backfill', ...names, '--dry-run'], environment)).toMatchObject({
      toAsk: 3,
      asked: 0,
    });
    expect(await copycatJson<Backfilled>(['backfill', ...names], environment)).toMatchObject({ toAsk: 3, asked: 3 });
  });

  it('says what died, and why, whatever a letter would tell the terminal', async () => {
    await eventually('three letters', async () => ((await ofCopy()).dead === 3 ? true : undefined), COPY_MS);
    await copycat(['replay', 'sample', 'copy.malformed'], environment);
    const address = readQueueAddress(join(folder, 'data'));
    const client = embeddedClient(address?.endpoint ?? '');
    const url = `${address?.endpoint}/000000000000/copycat-dev-copy-dead-letters`;
    const hostile = { code: '\u009b31m', verdict: 'reject' as const, reason: '\u009b2J\u202egone', attempts: 1 };
    const dates = { firstSeen: new Date(), buriedAt: new Date() };
    await sqsQueue({ client, url: '', deadLettersUrl: url }).bury(
      { body: `\u009b${'x'.repeat(200_000)}` },
      { ...hostile, ...dates },
    );
    client.destroy();
    await eventually('five letters', async () => ((await ofCopy()).dead === 5 ? true : undefined), COPY_MS);
    const { reasons } = await ofCopy();
    expect(reasons).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ code: 'UPSTREAM_FAILED', count: 3 }),
        expect.objectContaining({ code: 'MALFORMED', count: 1 }),
      ]),
    );
    const { out, code } = await copycat(['queues'], environment);
    expect(code).toBe(0);
    expect(out).toMatch(/^ +3 {2}UPSTREAM_FAILED: /m);
    expect(out).not.toMatch(CONTROL);
    expect(out.length).toBeLessThan(5_000);
  });

  it('sends one of them back by its path, and leaves the others', async () => {
    upstream.cut = false;
    const filter = ['replay', 'dead-letters', 'copy', '--path', tool().hash];
    expect(await copycatJson<Replayed>([...filter, '--dry-run'], environment)).toMatchObject({
      stages: [{ replayed: 1, left: 4 }],
    });
    expect(await copycatJson<Replayed>(filter, environment)).toMatchObject({ stages: [{ replayed: 1, left: 4 }] });
    await arrived([tool(), upstream.library]); // its reference, which nobody listed, comes along
    expect(await visible(otherTools())).toBe(0);
    expect((await ofCopy()).dead).toBe(4);
  });

  it('sends all back but what nobody could read', async () => {
    const { stages } = await copycatJson<Replayed>(['replay', 'dead-letters'], environment);
    expect(stages.find(({ stage }) => stage === 'copy')).toMatchObject({ replayed: 2, unreadable: 2 });
    await arrived(otherTools());
    await drained();
    expect((await ofCopy()).dead).toBe(2);
  });

  it('replays ten times what comes to the same as once', async () => {
    const hashes = [tool(), upstream.old[0] as StoreObject].map(({ hash }) => hash);
    const Records = hashes.map((hash) => ({
      eventSource: 'aws:sqs',
      body: JSON.stringify({ type: 'copy-requested', hash }),
    }));
    const file = join(folder, 'copy.twice.json');
    await writeFile(file, JSON.stringify({ Records }));
    for (let times = 0; times < 10; times += 1)
      expect(await copycat(['replay', 'sample', file], environment)).toMatchObject({ code: 0 });
    await arrived(upstream.old.slice(0, 1));
    await drained();
    expect(upstream.timesAsked(tool())).toBe(1);
    expect(upstream.timesAsked(upstream.old[0] as StoreObject)).toBe(1);
    expect((await ofCopy()).dead).toBe(2);
  });

  it('shows the status, and ends with it', async () => {
    const { code, out } = await copycat(['status'], environment);
    expect({ code, out }).toEqual({
      code: 0,
      out: expect.stringMatching(/^The mirror is online.*nixos-unstable +complete/s),
    });
    const byUrl = await copycatJson<{ readonly state: string }>(['status', '--url', mirror?.url ?? ''], environment);
    expect(byUrl.state).toBe('online');
  });
});

describe('when the mirror is stopped', () => {
  beforeAll(() => stop());

  it('says that none runs', async () => {
    const { code, out } = await copycat(['status'], environment);
    expect({ code, out }).toEqual({ code: 1, out: expect.stringMatching(/^No mirror runs here\./) });
    const asJson = await copycat(['status', '--json'], environment);
    expect(JSON.parse(asJson.out)).toMatchObject({ running: false, state: 'malfunctioning' });
  });

  it('invokes publish by a sample, also where there is to be no ClickHouse', async () => {
    const sample = ['replay', 'sample', 'publish.scheduled'];
    const { code, errors } = await copycat(sample, { ...environment, CLICKHOUSE_URL: 'off' });
    expect({ code, errors }).toMatchObject({ code: 0 });
  });

  it('looks at dead letters that were just looked at, and says nothing of others who hold them', async () => {
    await copycat(['queues'], environment);
    const { out } = await copycat(['replay', 'dead-letters', '--dry-run'], environment);
    expect(out).toMatch(/^copy: 2 dead letters looked at/m);
    expect(out).not.toContain('held by somebody else');
  });

  it('drops what nobody can read, when it is named and meant, and writes that down', async () => {
    const drop = ['replay', 'dead-letters', 'copy', '--drop'];
    expect(await copycat([...drop, '--yes'], environment)).toMatchObject({ code: 2 });
    const filter = ['--code', 'MALFORMED'];
    expect(await copycat([...drop, ...filter], environment)).toMatchObject({ code: 2 });
    const { code, out } = await copycat([...drop, ...filter, '--yes'], environment);
    expect({ code, out }).toEqual({ code: 0, out: expect.stringContaining('1 deleted for good') });
    expect((await ofCopy()).dead).toBe(1);
    const [done] = await copycatJson<readonly Operation[]>(['status', '--operations'], environment);
    expect(done).toMatchObject({ counts: { dropped: 1, MALFORMED: 1 } });
  });

  it('goes on with a backfill that was killed, and with one that was interrupted, and asks nobody twice', async () => {
    const backfill = ['backfill', '--release', OLDER];
    const slowly = [...backfill, '--rate', '2/s'];
    const killed = launchCopycat(slowly, environment);
    await until('some to be asked for', async () => (await askedSoFar()) >= 4, COPY_MS);
    expect((await ofCopy()).waiting).toBeGreaterThanOrEqual(4); // others use its queues meanwhile
    killed.signal('SIGKILL', 'group');
    await killed.ended;

    const before = await askedSoFar();
    const interrupted = launchCopycat(slowly, environment);
    await until('more to be asked for', async () => (await askedSoFar()) >= before + 3, COPY_MS);
    interrupted.signal('SIGINT', 'group');
    expect(await interrupted.end(COPY_MS)).toBe(130);
    expect(interrupted.out()).toMatch(/^It goes on where it was .* after \d+\.$/m);
    expect(interrupted.out()).toMatch(/stopped after \d+ store paths: the same command goes on from here/);

    const rest = await copycatJson<Backfilled>(backfill, environment);
    expect(rest.underWay).toBeGreaterThanOrEqual(before + 3);
    expect(rest.asked).toBe(rest.toAsk);
    expect(await copycatJson<Backfilled>(backfill, environment)).toMatchObject({ toAsk: 0, asked: 0 });
    const { waiting } = await ofCopy();
    expect(waiting).toBeGreaterThanOrEqual(59);
    expect(waiting).toBeLessThanOrEqual(59 + 1); // the one that was sent when it was killed, and could not be written down
  });

  it('writes down what was done, and what was killed', async () => {
    const done = await copycatJson<readonly Operation[]>(['status', '--operations'], environment);
    const backfills = done.filter(({ line }) => line.startsWith(`copycat backfill --release ${OLDER} --rate`));
    expect(backfills.map(({ outcome }) => outcome)).toEqual(['interrupted', undefined]);
    const replays = done.filter(({ command }) => command === 'replay dead-letters');
    expect(replays.find(({ line }) => !line.includes('--drop'))).toMatchObject({
      outcome: 'done',
      counts: { replayed: 2 },
    });
  });

  it('shows the release once it has settled, and moves no channel by it', async () => {
    await start();
    await arrived([...upstream.old, ...upstream.tools]);
    const page = async () => (await fetch(`${mirror?.url}/releases/${OLDER}`)).status;
    await until('the release to be shown', async () => (await page()) === 200, COPY_MS);
    const { pointers, manifests } = await readHoldings(buckets);
    expect(pointers.get('nixos-unstable')?.release).toBe(RELEASE);
    expect(manifests.get(OLDER)).toMatchObject({ listed: 68, unavailable: [] });
    await stop();
  });
});

describe('somewhere else', () => {
  it('finds the queues of a deployment by its stage', async () => {
    const server = buildApp({ logger: false });
    const endpoint = await server.listen({ host: '127.0.0.1', port: 0 });
    const keys = { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test', AWS_ENDPOINT_URL_SQS: endpoint };
    const { DATA_DIR } = environment;
    const there = { ...environment, ...keys, BUCKET: `file://${DATA_DIR}/cache`, STATE: `file://${DATA_DIR}/state` };
    try {
      const missing = await copycat(['queues', '--stage', 'prod'], there);
      expect(missing).toMatchObject({ code: 2, errors: expect.stringContaining('no queue copycat-prod-copy') });
      const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
      const client = new SQSClient({ endpoint, region: 'us-east-1', credentials });
      for (const QueueName of ['copycat-prod-copy', 'copycat-prod-copy-dead-letters'])
        await client.send(new CreateQueueCommand({ QueueName }));
      client.destroy();
      const hash = upstream.library.hash.replace(/^./, (first) => (first === '0' ? '1' : '0'));
      expect(await copycatJson<Backfilled>(['backfill', hash, '--stage', 'prod'], there)).toMatchObject({ asked: 1 });
      const { queues } = await copycatJson<Queues>(['queues', '--stage', 'prod'], there);
      expect(queues).toMatchObject([{ stage: 'copy', waiting: 1, dead: 0 }]);
    } finally {
      await server.close();
    }
  });
});
