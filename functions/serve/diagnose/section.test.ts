import { channelPointerKey, formatChannelPointer } from '../../../events/channel-pointer.ts';
import { releaseKey } from '../../../events/release-manifest.ts';
import { BucketFailed } from '../../../shared/errors.ts';
import { silentLog } from '../../../shared/log.ts';
import { parseChannelName, parseReleasePrefix } from '../../../shared/nix/release.ts';
import { formatStorePath } from '../../../shared/nix/store-path.ts';
import { askedFor, MIRROR_URL, readAnswer, type ServeWorld, serveWorld } from '../../../shared/testing/serve-world.ts';
import { pathNamed, type StoreObject, storeObject, TEST_KEY } from '../../../shared/testing/store-objects.ts';
import { xz } from '../../../shared/testing/xz.ts';
import { createChannelPointers } from '../releases/channel-pointers.ts';
import { createSample } from './sample.ts';
import { diagnoseSection } from './section.ts';

const channel = parseChannelName('nixos-test');
const release = parseReleasePrefix('nixos/test/nixos-26.11pre1.aaaaaaaaaaaa');

async function mirrorWith(...objects: readonly StoreObject[]): Promise<ServeWorld> {
  const world = serveWorld();
  for (const { hash, narInfo } of objects) await world.bucket.put(`${hash}.narinfo`, narInfo);
  const listed = [pathNamed('absent-1'), ...objects.map(({ path }) => path)].map(
    (path) => `${formatStorePath(path)}\n`,
  );
  await world.bucket.put(releaseKey(release, 'store-paths.xz'), await xz(Buffer.from(listed.join(''))));
  const pointer = { channel, release, revision: '', movedAt: new Date(0).toISOString(), listed: 3, unavailable: {} };
  await world.bucket.put(channelPointerKey(channel), formatChannelPointer(pointer));
  return world;
}

const sampleOf = ({ deps }: ServeWorld) =>
  createSample({
    bucket: deps.bucket,
    narInfos: deps.narInfos,
    pointers: createChannelPointers(deps.bucket, () => 1),
    channels: [channel],
    now: () => 1,
  });

describe('the sample', () => {
  const small = storeObject('small-1');
  const fit = storeObject('fit-1', { contents: 'x'.repeat(100_000) });

  it('is the first listed path that is here with a NAR of a useful size', async () => {
    expect(await sampleOf(await mirrorWith(small, fit))()).toEqual(fit.path);
  });

  it('is the largest small one where there is no other', async () => {
    expect(await sampleOf(await mirrorWith(small))()).toEqual(small.path);
  });

  it('is none before a channel has a release', async () => {
    expect(await sampleOf(serveWorld())()).toBeUndefined();
  });
});

describe('what is handed out', () => {
  const handedOut = (sample: () => Promise<ReturnType<typeof pathNamed> | undefined>) =>
    diagnoseSection({
      upstream: 'https://cache.nixos.org',
      keys: [TEST_KEY],
      sample,
      log: silentLog,
    });

  it('is a script for this mirror and that path, and a tarball with it', async () => {
    const section = handedOut(async () => pathNamed('hello-1'));
    const script = await section(askedFor('/diagnose-cache'));
    expect(script).toMatchObject({ status: 200, headers: { 'content-type': 'text/x-shellscript; charset=utf-8' } });
    const text = script && (await readAnswer(script)).body;
    expect(text).toMatch(/^#!\/bin\/sh\n/);
    expect(text).toContain(`'${MIRROR_URL}'`);
    expect(text).toContain(`${pathNamed('hello-1').hash}-hello-1`);
    const tarball = await section(askedFor('/diagnose-cache.tar.gz'));
    expect(tarball).toMatchObject({ status: 200, headers: { 'content-type': 'application/gzip' } });
  });

  it('is handed out with the bucket down, too', async () => {
    const section = handedOut(() => Promise.reject(new BucketFailed('down')));
    expect(await section(askedFor('/diagnose-cache'))).toMatchObject({ status: 200 });
  });

  it('is nothing at any other path', async () => {
    const section = handedOut(async () => undefined);
    for (const path of ['/', '/diagnose-cache/', '/diagnose-cache.tar'])
      expect(await section(askedFor(path))).toBeUndefined();
  });
});
