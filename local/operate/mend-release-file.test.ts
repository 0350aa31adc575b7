import { releaseKey } from '../../events/release-manifest.ts';
import { parseReleaseRecord, releaseRecordKey } from '../../events/release-record.ts';
import { checkFiles } from '../../functions/collect/verify/check-files.ts';
import { storeReleaseFiles } from '../../functions/detect/release-files.ts';
import { noteRelease } from '../../functions/detect/release-record.ts';
import { bytesOf, getText } from '../../shared/bucket/bucket.ts';
import { memoryBucket } from '../../shared/bucket/memory.ts';
import { silentLog } from '../../shared/log.ts';
import { parseChannelName, parseReleasePrefix } from '../../shared/nix/release.ts';
import { type MemoryRelease, memoryChannels } from '../../shared/upstream/memory.ts';
import { mendReleaseFile } from './mend-release-file.ts';

const channel = parseChannelName('nixos-unstable');
const release = parseReleasePrefix('nixos/unstable/nixos-26.11pre1.abc');
const live = AbortSignal.timeout(30_000);
const EXPRS = releaseKey(release, 'nixexprs.tar.xz');

/** A release of three files that is here as detect leaves it. */
async function world() {
  const files = new Map<string, Uint8Array>(
    ['git-revision', 'nixexprs.tar.xz', 'packages.json.br'].map((name) => [name, Buffer.from(`bytes of ${name}`)]),
  );
  const one: MemoryRelease = { revision: 'f'.repeat(40), releasedAt: new Date('2026-11-22T00:00:00Z'), files };
  const bucket = memoryBucket();
  const channels = memoryChannels(new Map([[channel, release]]), new Map([[release, one]]));
  const deps = { channels, bucket, log: silentLog };
  const page = await channels.releasePage(release, live);
  await storeReleaseFiles(release, page, deps, live);
  await noteRelease({ channel, release }, page, deps, live);
  const found = () => checkFiles(release, { bucket, deep: true, figures: { files: 0 } }, live);
  return { bucket, files, deps, found };
}

describe('mendReleaseFile', () => {
  it('brings a file again, with its labels, though the damaged one has them, too', async () => {
    const { bucket, deps, found } = await world();
    expect(await found()).toEqual([]);
    const before = await bucket.head(EXPRS);
    await bucket.put(EXPRS, 'rot', { metadata: before?.metadata ?? {} });
    const [finding] = await found();
    expect(finding).toMatchObject({ kind: 'file-damaged', key: EXPRS });
    if (finding) await mendReleaseFile(finding, deps, live);
    expect(await found()).toEqual([]);
  });

  it('keeps what is here when upstream has another file by now', async () => {
    const { bucket, deps, files } = await world();
    files.set('nixexprs.tar.xz', Buffer.from('another'));
    const key = { key: EXPRS, release };
    await expect(mendReleaseFile(key, deps, live)).rejects.toMatchObject({ code: 'UPSTREAM_FAILED' });
    const held = await bucket.get(EXPRS);
    expect(held && (await bytesOf(held.body)).toString()).toBe('bytes of nixexprs.tar.xz');
  });

  it('writes down again what upstream says of the release, the same as before', async () => {
    const { bucket, deps, found } = await world();
    const key = releaseRecordKey(release);
    const before = parseReleaseRecord((await getText(bucket, key)) ?? '');
    await bucket.put(key, 'garbage');
    const [finding] = await found();
    expect(finding).toMatchObject({ kind: 'record-damaged', key });
    if (finding) await mendReleaseFile(finding, deps, live);
    expect(parseReleaseRecord((await getText(bucket, key)) ?? '')).toEqual(before);
  });

  it('brings nothing that the release does not consist of', async () => {
    const { deps } = await world();
    for (const key of [releaseKey(release, '../x'), releaseKey(release, 'x.iso')])
      await expect(mendReleaseFile({ key, release }, deps, live)).rejects.toThrow('does not tell of');
  });
});
