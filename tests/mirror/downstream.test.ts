/** A mirror of a mirror: what one serves of channels and releases is what the next one reads. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Change, readChanges } from '../../events/release-changes.ts';
import { describeWithUpstream } from '../support/describe-with.ts';
import { directoriesIn, type Holdings, readHoldings } from '../support/holdings.ts';
import { type Mirror, type OnceRun, runMirrorOnce, startMirror } from '../support/mirror.ts';
import { openWorld, type World } from '../support/world.ts';

const SMALLEST = 'nixos-unstable-small';

describeWithUpstream('a mirror that is fed by a mirror', (shared) => {
  let world: World;
  let run: OnceRun;
  let [first, second]: Holdings[] = [];
  let mirrors: readonly Mirror[] = [];

  beforeAll(async () => {
    world = await openWorld(shared);
    await world.once({ CHANNELS: SMALLEST });
    const mirror = await world.lasting({ CHANNELS: SMALLEST, POLL_INTERVAL: '1h' });
    const dataDir = join(world.folder, 'second', 'data');
    await mkdir(dataDir, { recursive: true });
    const environment = {
      ...world.upstream.environment,
      CHANNELS: SMALLEST,
      UPSTREAM_URL: mirror.url,
      CHANNELS_URL: `${mirror.url}/channels`,
      RELEASES_URL: `${mirror.url}/releases`,
    };
    run = await runMirrorOnce({ dataDir, environment });
    mirrors = [mirror, await startMirror({ dataDir, environment: { ...environment, POLL_INTERVAL: '1h' } })];
    [first, second] = await Promise.all([world.dataDir, dataDir].map((folder) => readHoldings(directoriesIn(folder))));
  });
  afterAll(async () => {
    for (const mirror of mirrors) await mirror.stop();
    await world.close();
  });

  it('ends well, with everything of the channel', () => {
    expect(run).toMatchObject({ code: 0, failedChannels: [], deadLettered: 0, unavailable: {} });
    expect(second?.visible).toEqual(first?.visible);
    expect(second?.pointers.get(SMALLEST)?.release).toBe(first?.pointers.get(SMALLEST)?.release);
  });

  it('has the very files of the release, and the very lock', async () => {
    const files = [...(first?.keys ?? [])].filter(
      (key) => key.startsWith('releases/') && !key.endsWith('/manifest.json'),
    );
    expect(files.length).toBeGreaterThan(5);
    const different: string[] = [];
    for (const key of files) if ((await textAt(first, key)) !== (await textAt(second, key))) different.push(key);
    // The address of the binary cache is each mirror's own, and so are its size and hash.
    expect(different.map((key) => key.split('/').at(-1)).sort()).toEqual(['binary-cache-url', 'release.json']);
    const [ours, theirs] = await Promise.all([first, second].map(lockOf));
    expect(theirs).toEqual(ours);
  });

  it('is equal by what anybody can ask of both: each name of the change manifest, and its very bytes', async () => {
    const [ours = [], theirs = []] = await Promise.all(mirrors.map(({ url }) => changesOf(url)));
    expect(theirs).toEqual(ours);
    const added = ours.flatMap((one) => ('kind' in one && one.kind === 'added' ? [one] : []));
    expect(new Set(added.map(({ path }) => path.hash))).toEqual(first?.visible); // with its closure, so all there is
    for (const { path, nar, fileSize } of added) {
      for (const key of [`${path.hash}.narinfo`, nar]) {
        const [mine, other] = await Promise.all(mirrors.map(({ url }) => bytesOf(`${url}/${key}`)));
        if (key === nar) expect(mine).toHaveLength(fileSize ?? 0);
        expect(other?.equals(mine ?? Buffer.alloc(0))).toBe(true);
      }
    }
  });

  async function changesOf(url: string): Promise<readonly (Change | object)[]> {
    const { url: release } = await answerOf(`${url}/channels/${SMALLEST}`);
    const { body } = await answerOf(`${release}/changes.ndjson.zst`);
    return Array.fromAsync(readChanges(body ?? new ReadableStream()));
  }

  async function answerOf(url: string): Promise<Response> {
    const answer = await fetch(url, { signal: AbortSignal.timeout(30_000) });
    if (!answer.ok) throw new Error(`${url} answers ${answer.status}`);
    return answer;
  }

  const bytesOf = async (url: string): Promise<Buffer> => Buffer.from(await (await answerOf(url)).arrayBuffer());

  async function textAt(holdings: Holdings | undefined, key: string): Promise<string | undefined> {
    const object = await holdings?.bucket.get(key);
    return object && Buffer.concat(await Array.fromAsync(object.body)).toString('latin1');
  }

  async function lockOf(holdings: Holdings | undefined): Promise<unknown> {
    const key = [...(holdings?.keys ?? [])].find((name) => name.endsWith('/release.json')) ?? '';
    const { release, revision, releasedAt, lastModified } = JSON.parse((await textAt(holdings, key)) ?? '');
    return { release, revision, releasedAt, lastModified };
  }
});
