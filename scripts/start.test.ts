import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { inheritedEnvironment } from '../shared/config/env.ts';

const program = fileURLToPath(new URL('./copycat.ts', import.meta.url));

async function start(environment: Readonly<Record<string, string>>, ...args: readonly string[]) {
  const { PATH } = inheritedEnvironment();
  const child = spawn(process.execPath, [program, 'start', ...args], {
    env: { PATH, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [out, errors, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  return { out, errors, code: code as number };
}

describe('npm start', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'start-'));
  });
  afterEach(() => rm(directory, { recursive: true }));

  it('lists everything that is wrong, without the values, and touches nothing', async () => {
    const DATA_DIR = join(directory, 'data');
    const { errors, code } = await start({
      DATA_DIR,
      CHANNELS: 'nixos-unstable ../etc',
      UPSTREAM_URL: 'gopher://user:secret@upstream',
      TRUSTED_PUBLIC_KEYS: 'not-a-key',
      PORT: '99999',
      BUCKET: 'ftp://user:secret@bucket',
      POLL_INTERVAL: 'often',
    });
    expect(code).toBe(2);
    for (const name of ['CHANNELS', 'UPSTREAM_URL', 'TRUSTED_PUBLIC_KEYS', 'PORT', 'BUCKET', 'POLL_INTERVAL'])
      expect(errors).toMatch(new RegExp(`^  ${name} (?:must be|is not) `, 'm'));
    expect(errors).not.toContain('secret');
    expect(existsSync(DATA_DIR)).toBe(false);
  });

  it('explains how to choose channels when there is none', async () => {
    const { errors, code } = await start({ DATA_DIR: join(directory, 'data'), CHANNELS: ' ' });
    expect(code).toBe(2);
    expect(errors).toContain('CHANNELS is not set');
    expect(errors).toContain('nixos-unstable-small');
  });

  it('has a help, and no patience with options that it does not know', async () => {
    const help = await start({}, '--help');
    expect(help).toMatchObject({ code: 0, errors: '' });
    expect(help.out).toContain('--once');
    const unknown = await start({}, '--onec');
    expect(unknown.code).toBe(2);
    expect(unknown.errors).toContain('Did you mean --once?');
  });
});
