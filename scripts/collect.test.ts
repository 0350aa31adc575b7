/** collect and pin as programs, on a store on disk. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import { COLLECTED_KEY } from '../events/collected.ts';
import { readOperations } from '../local/operate/recorded.ts';
import { type Bucket, bytesOf } from '../shared/bucket/bucket.ts';
import { fileBucket } from '../shared/bucket/file.ts';
import { inheritedEnvironment } from '../shared/config/env.ts';
import { formatBaseName } from '../shared/nix/store-path.ts';
import { keysOf } from '../shared/testing/journal.ts';
import { base, lone, movedOn, newApp, r1, r2 } from '../shared/testing/moved-channel.ts';

const collect = pathToFileURL(join(import.meta.dirname, 'collect.ts')).href;
const pin = pathToFileURL(join(import.meta.dirname, 'pin.ts')).href;

describe('the commands', () => {
  let directory: string;
  let state: Bucket;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'collect-'));
    await writeFile(join(directory, 'runtime.lock'), ''); // a mirror has run here
    const world = await movedOn();
    state = fileBucket(join(directory, 'state'));
    await copied(world.bucket, fileBucket(join(directory, 'cache')));
    await copied(world.state, state);
  });
  afterEach(() => rm(directory, { recursive: true }));

  async function run(module: string, command: string, args: readonly string[], environment = {}) {
    const code = `import { ${command} } from '${module}'; await ${command}().exitOverride().parseAsync(process.argv.slice(1), { from: 'user' });`;
    const { PATH } = inheritedEnvironment();
    const child = spawn(process.execPath, ['--input-type=module', '-e', code, '--', ...args], {
      env: { PATH, DATA_DIR: directory, CHANNELS: 'nixos-unstable', RETAIN_RELEASES: '9', ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const [out, errors, [status]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
    return { out, errors, status: status as number };
  }

  it('collect --dry-run says what would go, and writes nothing', async () => {
    const before = await keysOf(state);
    const { out, status } = await run(collect, 'collectCommand', ['--dry-run', '--json']);
    expect(status).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      live: { names: 4 },
      staying: [{ release: r2 }, {}, {}],
      due: { names: 0 },
    });
    const words = await run(collect, 'collectCommand', ['--dry-run']);
    expect(words.out).toMatch(new RegExp(`\n  ${r1} \\((?:retained|just superseded)\\): 2 store paths`)); // whatever day it is
    expect(words.out).not.toContain('RETAIN_BYTES');
    const over = await run(collect, 'collectCommand', ['--dry-run'], { RETAIN_BYTES: '10' });
    expect(over.out).toContain('more than RETAIN_BYTES (10 B), for all of it is needed');
    expect(await keysOf(state)).toEqual(before);
  }, 30_000);

  it('collect collects, and ends with 1 and the reason when it may not', async () => {
    const { out, status } = await run(collect, 'collectCommand', ['--json']);
    expect([status, JSON.parse(out)]).toMatchObject([0, { outcome: 'collected', figures: { liveNames: 4 } }]);
    expect(await state.head(COLLECTED_KEY)).toBeDefined();
    const refused = await run(collect, 'collectCommand', [], { CHANNELS: 'nixos-unstable nixos-26.05' });
    expect(refused).toMatchObject({ status: 1, out: expect.stringContaining('no release is known of nixos-26.05') });
  }, 30_000);

  it('a wrong configuration ends with 2', async () => {
    const { status, errors } = await run(collect, 'collectCommand', [], { RETAIN_DAYS: '0', COLLECT_GRACE: '5m' });
    expect(status).toBe(2);
    expect(errors).toContain('RETAIN_DAYS must be');
    expect(errors).toContain('COLLECT_GRACE must be at least 1h');
  }, 30_000);

  it('pin, list and unpin', async () => {
    const path = formatBaseName(newApp.path);
    await expect(run(pin, 'pinCommand', [`/nix/store/${path}`, '--note', 'why'])).resolves.toMatchObject({
      status: 0,
      out: `${path} is pinned\n`,
    });
    await expect(run(pin, 'pinCommand', [formatBaseName(lone.path)])).resolves.toMatchObject({
      status: 1,
      out: expect.stringContaining('1 of 1 store paths of its closure are not here'),
    });
    const { out } = await run(pin, 'pinCommand', ['--list']);
    expect(out).toMatch(new RegExp(`^\\d{4}-\\d\\d-\\d\\d {2}${path} {2}why\n`));
    const asJson = await run(pin, 'pinCommand', ['--list', '--json']);
    expect(JSON.parse(asJson.out)).toMatchObject([{ pin: path, note: 'why' }, { note: null }]);
    await expect(run(pin, 'unpinCommand', [path])).resolves.toMatchObject({
      status: 0,
      out: `${path} is not pinned any more\n`,
    });
    await expect(run(pin, 'unpinCommand', [path])).resolves.toMatchObject({ status: 1 });
    await run(pin, 'unpinCommand', [formatBaseName(lone.path)]);
    await expect(run(pin, 'pinCommand', ['--list', '--json'])).resolves.toMatchObject({ status: 0, out: '[]\n' });
    await expect(run(pin, 'pinCommand', [base.hash])).resolves.toMatchObject({ status: 2 });
    await expect(run(pin, 'pinCommand', [])).resolves.toMatchObject({ status: 2 });
  }, 60_000);

  it('pin and unpin say first what they would do, as JSON as well, and change nothing then', async () => {
    const path = formatBaseName(newApp.path);
    const told = async (command: string, ...args: readonly string[]) => {
      const { out, status } = await run(pin, command, [path, '--json', ...args]);
      return { status, ...(JSON.parse(out) as object) };
    };
    const before = await keysOf(state);
    expect(await told('pinCommand', '--dry-run')).toEqual({ status: 0, pin: path, pinned: false, lack: null });
    expect(await told('unpinCommand', '--dry-run')).toMatchObject({ status: 1, wasPinned: false });
    expect(await keysOf(state)).toEqual(before);
    expect(await told('pinCommand')).toMatchObject({ status: 0, pinned: true });
    expect(await told('unpinCommand', '--dry-run')).toMatchObject({ status: 0, wasPinned: true });
    expect(await told('unpinCommand')).toMatchObject({ status: 0, wasPinned: true });
    expect(await told('unpinCommand')).toMatchObject({ status: 1, wasPinned: false });
  }, 60_000);

  it('are written down when they change something', async () => {
    await run(collect, 'collectCommand', []);
    await run(pin, 'pinCommand', [formatBaseName(newApp.path)]);
    const done = await readOperations(state, 10, AbortSignal.timeout(10_000));
    expect(done).toMatchObject([
      { command: 'pin', outcome: 'done' },
      { command: 'collect', outcome: 'done' },
    ]);
  }, 60_000);
});

async function copied(from: Bucket, to: Bucket): Promise<void> {
  for (const key of await keysOf(from)) {
    const object = await from.get(key);
    if (object) await to.put(key, await bytesOf(object.body), { metadata: object.metadata });
  }
}
