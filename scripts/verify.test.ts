/** What verify and export make of their command line and of a mirror that holds nothing. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { inheritedEnvironment } from '../shared/config/env.ts';

const program = fileURLToPath(new URL('./copycat.ts', import.meta.url));
const { PATH } = inheritedEnvironment();
const HASH = 'r8s84s5jn9y9k7l2c8chjgqj14mhrw0d';

/** Whatever works on a mirror's buckets, and no queue. */
const ON_BUCKETS = [
  ['verify'],
  ['verify', '--channel', 'nixos-unstable', '--repair'],
  ['collect'],
  ['collect', '--dry-run'],
  ['pin', 'nixos/unstable/nixos-26.11pre1077996.6774f7bc2537'],
  ['pin', '--list'],
  ['unpin', 'nixos/unstable/nixos-26.11pre1077996.6774f7bc2537'],
  ['export', '--paths', HASH, '--to', 'file:///tmp/never-made'],
  ['status', '--operations'],
].map((args) => [args.join(' '), args] as const);

describe('copycat', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'verify-'));
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  /** One that holds nothing. */
  async function mirror(): Promise<void> {
    await mkdir(join(directory, 'data'));
    await writeFile(join(directory, 'data/runtime.lock'), '');
  }

  /** Whose reader has gone before it says anything. */
  async function unread(...args: readonly string[]) {
    const env = { PATH, DATA_DIR: join(directory, 'data'), HOME: directory };
    const child = spawn(process.execPath, [program, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    child.stdout.destroy();
    const [errors, [code]] = await Promise.all([text(child.stderr), once(child, 'close')]);
    return { errors, code: code as number };
  }

  async function copycat(...args: readonly string[]) {
    const env = { PATH, DATA_DIR: join(directory, 'data'), HOME: directory, CHANNELS: 'nixos-unstable' };
    const child = spawn(process.execPath, [program, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    const [out, errors, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
    return { out, errors, code: code as number };
  }

  it.each([
    ['a release that is none', ['verify', '--release', '../x'], '--release must be releases'],
    ['a path that is none', ['verify', '--paths', 'hello'], '--paths must be store paths'],
    ['two scopes at once', ['verify', '--release', 'a/b-1', '--channel', 'b'], 'cannot be used with'],
    ['a number that is none', ['verify', '--at-most', 'many'], '--at-most must be a whole number'],
    ['an export of nothing', ['export', '--to', 'file:///tmp/x'], 'one of --release, --channel and --paths'],
    ['an export to nowhere', ['export', '--paths', HASH], "required option '--to <url>'"],
    ['an export to a bucket elsewhere', ['export', '--paths', HASH, '--to', 's3://x'], '--to must be a directory'],
  ])('calls %s wrong usage', async (_what, args, complaint) => {
    const { code, errors } = await copycat(...args);
    expect({ code, errors }).toEqual({ code: 2, errors: expect.stringContaining(complaint) });
    expect(await readdir(directory)).toEqual([]);
  });

  it.each(ON_BUCKETS)('takes no wrong DATA_DIR for an empty mirror: %s', async (_name, args) => {
    const { code, out, errors } = await copycat(...args);
    expect({ code, out, errors }).toEqual({
      code: 2,
      out: '',
      errors: expect.stringContaining('no mirror has run in'),
    });
    expect(await readdir(directory)).toEqual([]);
  });

  it('calls a channel that is not here wrong usage, and no damage', async () => {
    await mirror();
    const { code, out, errors } = await copycat('verify', '--channel', 'nosuch');
    const complaint = expect.stringContaining('no channel nosuch is here');
    expect({ code, out, errors }).toEqual({ code: 2, out: '', errors: complaint });
  });

  it('ends without a trace when nobody reads what it says', async () => {
    await mirror();
    expect(await unread('--help')).toEqual({ errors: '', code: 0 });
    expect(await unread('status', '--operations')).toEqual({ errors: '', code: 0 });
    expect(await unread('verify', '--paths', HASH)).toEqual({ errors: '', code: expect.any(Number) });
  });

  it('does what it is to do, though nobody reads what it says', async () => {
    await mirror();
    expect(await unread('pin', HASH, '--json')).toMatchObject({ code: 2 }); // a hash is no store path
    const path = `${HASH}-hello-2.12.1`;
    expect(await unread('pin', path)).toEqual({ errors: '', code: 1 }); // it is not here
    expect((await copycat('pin', '--list')).out).toContain(path);
  });

  it('exports into no bucket of its own mirror', async () => {
    await mirror();
    for (const to of ['data/cache', 'data/state/sub', '.']) {
      const { code, errors } = await copycat(
        'export',
        '--paths',
        HASH,
        '--to',
        pathToFileURL(join(directory, to)).href,
      );
      expect({ code, errors }).toEqual({ code: 2, errors: expect.stringContaining('a directory of its own') });
    }
  });

  it('has nothing to say of a mirror that holds nothing, and misses what is asked for there', async () => {
    await mirror();
    expect(await copycat('verify', '--deep')).toMatchObject({
      code: 0,
      out: '0 store paths, 0 releases: 0 broken, 0 notes\n',
    });
    const { code, out } = await copycat('verify', '--paths', HASH);
    expect({ code, out }).toEqual({ code: 1, out: expect.stringMatching(/^not-here +r8s84s5j/) });
    const target = pathToFileURL(join(directory, 'target')).href;
    expect(await copycat('export', '--paths', HASH, '--to', target)).toMatchObject({ code: 1 });
    expect(await copycat('export', '--channel', 'nixos-unstable', '--to', target)).toMatchObject({
      code: 1,
      errors: 'nixos-unstable stands at no release here\n',
    });
  });
});
