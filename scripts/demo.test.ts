import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { inheritedEnvironment } from '../shared/config/env.ts';

const SLOW_MS = 240_000;
const program = fileURLToPath(new URL('./copycat.ts', import.meta.url));

describe('npm run demo', () => {
  let directory: string;
  let running: ChildProcess | undefined;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'demo-'));
  });
  afterEach(async () => {
    if (running?.exitCode === null && running.kill('SIGKILL')) await once(running, 'close');
    await rm(directory, { recursive: true, force: true, maxRetries: 5 });
  });

  const start = (...args: readonly string[]) => {
    const { PATH, HOME } = inheritedEnvironment();
    // What a user has set for a real mirror has no place in a demo.
    const environment = { PATH, HOME, DATA_DIR: directory, PORT: '0', BUCKET: 'ftp://nowhere', CHANNELS: '../etc' };
    const child = spawn(process.execPath, [program, 'demo', ...args], {
      env: environment,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    running = child;
    let text = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk) => {
        text += chunk;
      });
    const said = async (words: RegExp): Promise<RegExpExecArray> => {
      for (;;) {
        const found = words.exec(text);
        if (found) return found;
        if (child.exitCode !== null || child.signalCode !== null)
          throw new Error(`it ended without saying ${words}:\n${text}`);
        await delay(50);
      }
    };
    const end = async (): Promise<number> => {
      child.kill('SIGINT');
      return ((await once(child, 'close')) as [number])[0];
    };
    return { said, end, text: () => text };
  };

  it(
    'shows an update and a healing without being told anything, and goes on where it was',
    async () => {
      const first = start('--every', '5s');
      const [, url = ''] = await first.said(/^Copycat serves (\S+)$/m);
      const [, blocked = ''] = await first.said(/^ {2}curl -i \S+\/(\w+\.narinfo)$/m);
      const [, update = ''] = await first.said(/upstream has moved nixos-unstable-small to (\S+):/);
      expect((await fetch(`${url}/${blocked}`)).status).toBe(404);
      await first.said(/upstream has repaired openapv/);
      await first.said(/^copy .* of \d+ store paths, .*\/s, about .* left$/m);
      await first.said(new RegExp(`nixos-unstable-small: now at ${update}`));
      await first.said(/nixos-unstable: now at nixos\/unstable\//);
      while ((await fetch(`${url}/${blocked}`)).status !== 200) await delay(200);
      await expect(first.end()).resolves.toBe(0);
      expect(first.text()).not.toMatch(/failed|error/i);

      const again = start('--every', '60s');
      await again.said(/nixos-unstable-small: unchanged/);
      await again.said(/has been repaired/);
      await expect(again.end()).resolves.toBe(0);
      expect(existsSync(join(directory, 'demo', 'cache', 'nix-cache-info'))).toBe(true);
    },
    SLOW_MS,
  );

  it(
    'ends by itself when it is told to',
    async () => {
      start('--for', '1s');
      await expect(once(running as ChildProcess, 'close')).resolves.toEqual([0, null]);
    },
    SLOW_MS,
  );

  it('has a help with an example', async () => {
    const help = start('--help');
    await help.said(/--every <duration>[\s\S]*Example:/);
  });
});
