/** A NAR rots: verify finds it, --repair withdraws it with all that refers to it, and it returns, whether or not a mirror runs. */
import { appendFile, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Finding } from '../../functions/collect/verify/finding.ts';
import type { VerifyFigures } from '../../functions/collect/verify/verify.ts';
import { parseNarInfo } from '../../shared/nix/narinfo.ts';
import { describeWithUpstream } from '../support/describe-with.ts';
import { until } from '../support/eventually.ts';
import { readHoldings } from '../support/holdings.ts';
import { startProgram } from '../support/program.ts';
import { openWorld, type World } from '../support/world.ts';

const COPYCAT = fileURLToPath(new URL('../../scripts/copycat.ts', import.meta.url));
const VERIFY_MS = 150_000;
const RETURN_MS = 90_000;

describeWithUpstream('copycat verify', (shared) => {
  let world: World;
  let all: ReadonlySet<string>;
  beforeAll(async () => {
    world = await openWorld(shared);
    await world.once();
    all = await visible();
  });
  afterAll(() => world.close());

  const visible = async (): Promise<ReadonlySet<string>> => (await readHoldings(world.buckets)).visible;

  async function verify(...args: readonly string[]) {
    const environment = { ...world.upstream.environment, DATA_DIR: world.dataDir, HOME: world.folder };
    const program = startProgram(process.execPath, [COPYCAT, 'verify', '--json', ...args], environment);
    const code = await program.end(VERIFY_MS);
    const lines = program
      .out()
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as { finding?: Finding; summary?: VerifyFigures; repaired?: unknown });
    const last = lines.at(-1);
    if (!last?.summary) throw new Error(`verify ended with ${code}\n${program.errors()}`);
    return { code, findings: lines.flatMap(({ finding }) => finding ?? []), ...last };
  }

  /** The store path that most others refer to, and its NAR with one bit flipped: size, labels and all else stay. */
  async function rot(): Promise<{
    readonly hash: string;
    readonly key: string;
    readonly referrers: ReadonlySet<string>;
  }> {
    const cache = join(world.dataDir, 'cache');
    const names = (await readdir(cache)).filter((name) => name.endsWith('.narinfo'));
    const narInfos = await Promise.all(names.map(async (name) => parseNarInfo(await readFile(join(cache, name)))));
    const closures = new Map(narInfos.map(({ storePath }) => [storePath.hash, closureOf(storePath.hash, narInfos)]));
    const referrersOf = (hash: string) => [...closures].flatMap(([of, closure]) => (closure.has(hash) ? [of] : []));
    const [most] = narInfos.toSorted(
      (a, b) => referrersOf(b.storePath.hash).length - referrersOf(a.storePath.hash).length,
    );
    if (!most) throw new Error('there are names');
    const file = join(cache, most.url);
    const bytes = await readFile(file);
    const middle = bytes.length >> 1;
    bytes.writeUInt8(bytes.readUInt8(middle) ^ 1, middle);
    await writeFile(file, bytes);
    const { hash } = most.storePath;
    return { hash, key: most.url, referrers: new Set(referrersOf(hash)) };
  }

  it('finds nothing wrong with a mirror that is as it should be', async () => {
    expect(await verify('--deep')).toMatchObject({
      code: 0,
      findings: [],
      summary: { names: all.size, broken: 0, notes: 0 },
    });
  });

  it('finds a flipped bit when it reads, takes away whatever is touched by it, and the next run brings it back', async () => {
    const { hash, key, referrers } = await rot();
    expect(referrers.size).toBeGreaterThan(3);
    expect(await verify()).toMatchObject({ code: 0, findings: [] }); // nothing but its bytes tells
    expect(await verify('--deep')).toMatchObject({ code: 1, findings: [{ kind: 'nar-rotten', key, hash }] });

    await world.buckets.state.delete('lease.json'); // the run that has ended would keep it for a minute more
    const { code, repaired } = await verify('--deep', '--repair', '--at-most', '1000');
    expect({ code, repaired }).toMatchObject({
      code: 1,
      repaired: { withdrawn: { outcome: 'done', names: referrers.size, nars: 1 } },
    });
    expect(await visible()).toEqual(all.difference(referrers));
    expect(await world.broken()).toEqual([]);

    await expect(world.once()).resolves.toMatchObject({ code: 0 });
    expect(await visible()).toEqual(all);
    expect(await world.broken()).toEqual([]);
    expect(await verify('--deep')).toMatchObject({ code: 0, findings: [] });
  });

  it('knows when a file of a release is damaged or gone, and fetches it again', async () => {
    const names = await readdir(join(world.dataDir, 'cache/releases'), { recursive: true });
    const name = names.find((one) => one.endsWith('/nixexprs.tar.xz') && !one.includes('.meta'));
    if (name === undefined) throw new Error('there is a release');
    const file = join(world.dataDir, 'cache/releases', name);
    const bytes = await readFile(file);
    await appendFile(file, 'rot');
    const key = `releases/${name}`;
    expect(await verify()).toMatchObject({ code: 1, findings: [{ kind: 'file-damaged', key }] });
    await rm(file);
    expect(await verify()).toMatchObject({ code: 1, findings: [{ kind: 'file-missing', key }] });
    expect(await verify('--repair')).toMatchObject({ code: 1, repaired: { files: 1, notFetched: [] } });
    expect(await readFile(file)).toEqual(bytes);
    expect(await verify('--deep')).toMatchObject({ code: 0, findings: [] });
  });

  it('does so beside a mirror that runs, and asks for nothing but what was damaged', async () => {
    const { hash, key } = await rot();
    const mirror = await world.lasting({ POLL_INTERVAL: '1h' });
    const asked = await world.upstream.requests();
    await expect(verify('--deep', '--repair', '--at-most', '1000')).resolves.toMatchObject({
      code: 1,
      findings: [{ kind: 'nar-rotten', hash }],
      repaired: { withdrawn: { outcome: 'done', paths: 1 } },
    });
    await until('it to return', async () => (await visible()).size === all.size, RETURN_MS);
    const fetched = (await world.upstream.requests()).slice(asked.length).map(({ url }) => url);
    expect(fetched.filter((url) => url.includes('/nar/'))).toEqual([`/cache/${key}`]);
    await mirror.stop();
    expect(await world.broken()).toEqual([]);
    expect(await verify('--deep')).toMatchObject({ code: 0, findings: [] });
  });
});

interface Name {
  readonly storePath: { readonly hash: string };
  readonly references: readonly { readonly hash: string }[];
}

function closureOf(hash: string, names: readonly Name[]): ReadonlySet<string> {
  const byHash = new Map(names.map((one) => [one.storePath.hash, one]));
  const closure = new Set([hash]);
  for (const one of closure) for (const reference of byHash.get(one)?.references ?? []) closure.add(reference.hash);
  return closure;
}
