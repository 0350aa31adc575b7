/**
 * The image, made and run without a container engine: buildah makes it of a base that `.ci/run` has made (IMAGE_BASE, a directory), and
 * it is run by chroot, with a root that can't be written to and by a user who is nobody. Needs root.
 */
import { type ChildProcessByStdio, execFile, spawn, spawnSync } from 'node:child_process';
import { chown, mkdir, mkdtemp, readFile, realpath, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { readEnv } from '../../shared/config/env.ts';
import { optional, text } from '../../shared/config/readers.ts';
import { childrenOf } from '../support/processes.ts';
import { PATH } from './programs.ts';

export interface Image {
  /** Its root. */
  readonly root: string;
  /** What it says of itself. */
  readonly config: {
    readonly User: string;
    readonly Env: readonly string[];
    readonly Volumes: Readonly<Record<string, object>>;
    readonly Entrypoint: readonly string[];
    readonly Cmd: readonly string[];
  };
  readonly bytes: number;
  /** By its user, with its root read-only, and a volume at /data. */
  run(args: readonly string[], environment: Readonly<Record<string, string>>): Container;
  close(): Promise<void>;
}

export interface Container {
  /** All that it has written. */
  said(): string;
  /** How it ended, once it has. */
  readonly ended: Promise<number | null>;
  /** As an engine stops a container: its first process is told. */
  stop(): Promise<void>;
}

const ROOT = resolve(import.meta.dirname, '../..');
const FILE = 'packaging/container/Containerfile';
/** What npm needs to find its registry: of this machine, and in no image. */
const OF_THIS_MACHINE = ['/etc/hosts', '/etc/resolv.conf', '/etc/ssl/certs'];
/** Where npm of the builder looks for them. */
export const NPM_SETTINGS = '/usr/etc/npmrc';
const BUILD_MS = 480_000;

/** Undefined, and said loudly, where no image can be made. */
export async function findImageBase(): Promise<string | undefined> {
  const { IMAGE_BASE } = readEnv({ IMAGE_BASE: optional(text()) });
  const lacking = [
    ...(IMAGE_BASE && (await stat(IMAGE_BASE).catch(() => undefined)) ? [] : ['IMAGE_BASE names no directory']),
    ...(spawnSync('buildah', ['--version']).status === 0 ? [] : ['there is no buildah']),
    ...(process.getuid?.() === 0 ? [] : ['this is not root']),
  ];
  if (lacking.length === 0) return IMAGE_BASE;
  process.stderr.write(`SKIPPED, for ${lacking.join(', ')}: what needs an image\n`);
  return undefined;
}

export async function buildImage(base: string): Promise<Image> {
  const folder = await mkdtemp(join(tmpdir(), 'copycat-image-'));
  const buildah = async (...args: readonly string[]): Promise<string> => {
    const places = ['--root', join(folder, 'store'), '--runroot', join(folder, 'run')];
    const { stdout } = await promisify(execFile)('buildah', [...places, ...args], {
      cwd: ROOT,
      env: { PATH, HOME: folder, STORAGE_DRIVER: 'vfs', BUILDAH_ISOLATION: 'chroot' },
      timeout: BUILD_MS,
      maxBuffer: 2 ** 26,
    });
    return stdout.trim();
  };

  const container = await buildah('from', 'scratch');
  await buildah('copy', '--quiet', container, base, '/');
  await buildah('commit', '--quiet', container, 'localhost/base');
  // Where an image with Node and npm can't be had, this machine's own do.
  const npm = spawnSync('npm', ['root', '--global'], { encoding: 'utf8' }).stdout.trim();
  await buildah('copy', '--quiet', container, await realpath(hostNode()), '/usr/bin/node');
  await buildah('copy', '--quiet', container, npm, '/usr/lib/node_modules');
  await buildah('run', container, '--', 'ln', '-s', '../lib/node_modules/npm/bin/npm-cli.js', '/usr/bin/npm');
  await buildah('commit', '--quiet', container, 'localhost/builder');
  await buildah('rm', container);

  const mounts = [...OF_THIS_MACHINE.map((path) => [path, path]), [await npmSettings(folder), NPM_SETTINGS]];
  await buildah(
    ...['bud', '--quiet', '--layers=false', '--network', 'host', '--file', FILE, '--tag', 'localhost/copycat'],
    ...['--build-arg', 'BASE=localhost/base', '--build-arg', 'BUILDER=localhost/builder'],
    ...mounts.flatMap(([from, to]) => ['--volume', `${from}:${to}:ro`]),
    '.',
  );
  const made = await buildah('from', 'localhost/copycat');
  const root = await buildah('mount', made);
  const running = new Set<ChildProcessByStdio<null, Readable, Readable>>();
  const data = join(folder, 'data');
  await mkdir(data);
  await chown(data, 10001, 10001);
  const { OCIv1, FromImageDigest: _ } = JSON.parse(
    await buildah('inspect', '--type', 'image', 'localhost/copycat'),
  ) as {
    OCIv1: { config: Image['config'] };
    FromImageDigest: string;
  };
  const [, size = '0'] = /^(\d+)\s/.exec(spawnSync('du', ['-sb', root], { encoding: 'utf8' }).stdout) ?? [];
  return {
    root,
    config: OCIv1.config,
    bytes: Number(size),
    run(args, environment) {
      const told = { ...Object.fromEntries(OCIv1.config.Env.map((line) => line.split(/=(.*)/s, 2))), ...environment };
      const script = `set -e
        mount --bind "$1" "$1"; mount -o remount,bind,ro "$1"
        mount -t tmpfs -o mode=1777 tmpfs "$1/tmp"; mount --bind "$2" "$1/data"
        mount -t proc proc "$1/proc"; mount --rbind /dev "$1/dev"
        root=$1; user=$3; shift 3
        exec chroot --userspec="$user" "$root" "$@"`;
      const inside = [...OCIv1.config.Entrypoint, ...args];
      const program = spawn(
        'unshare',
        [
          '--mount',
          '--pid',
          '--fork',
          '--kill-child',
          'sh',
          '-c',
          script,
          'sh',
          root,
          data,
          OCIv1.config.User,
          ...inside,
        ],
        { env: { ...told, PATH: `${told.PATH}:${PATH}` }, cwd: '/', stdio: ['ignore', 'pipe', 'pipe'] },
      );
      running.add(program);
      let said = '';
      for (const stream of [program.stdout, program.stderr])
        stream.setEncoding('utf8').on('data', (text: string) => {
          said += text;
        });
      return {
        said: () => said,
        ended: new Promise((ended) => program.once('exit', ended)),
        async stop() {
          for (const { pid } of await childrenOf(program.pid ?? 0)) process.kill(pid, 'SIGTERM');
        },
      };
    },
    async close() {
      for (const program of running) {
        if (program.exitCode !== null || program.signalCode !== null) continue;
        const ended = new Promise((done) => program.once('exit', done));
        program.kill('SIGKILL'); // and with it all that it started
        await ended;
      }
      await buildah('umount', made);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Node of the packages runs the tests; npm goes with the one of the machine. */
function hostNode(): string {
  const npm = spawnSync('sh', ['-c', 'command -v npm'], { env: { PATH }, encoding: 'utf8' }).stdout.trim();
  return join(dirname(npm), 'node');
}

/** What npm is told on this machine, in one file: where its registry is, and nothing else knows. */
async function npmSettings(folder: string): Promise<string> {
  const file = (name: string): string => spawnSync('npm', ['config', 'get', name], { encoding: 'utf8' }).stdout.trim();
  const texts = ['globalconfig', 'userconfig'].map((name) => readFile(file(name), 'utf8').catch(() => ''));
  const settings = join(folder, 'npmrc');
  await writeFile(settings, (await Promise.all(texts)).join('\n'));
  return settings;
}
