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

  it('lists all services that can not be reached, each with its reason, before it makes anything, and is ended by its queues alone', async () => {
    const nowhere = 'http://127.0.0.1:2';
    const { out, errors, code } = await start({
      ...{ DATA_DIR: join(directory, 'data'), CHANNELS: 'nixos-unstable-small', PORT: '0' },
      ...{ BUCKET: `s3://cache?endpoint=${nowhere}`, STATE: `s3://state?endpoint=${nowhere}` },
      ...{ AWS_ENDPOINT_URL_SQS: nowhere, AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'hunter2' },
      CLICKHOUSE_URL: 'http://reader:hunter3@127.0.0.1:2',
    });
    expect(code).toBe(1);
    const [head, ...list] = out.trimEnd().split('\n');
    expect(head).toMatch(/^runtime +services\.failed BUCKET, STATE, AWS_ENDPOINT_URL_SQS, CLICKHOUSE_URL$/);
    expect(list).toEqual([
      expect.stringMatching(/^ +BUCKET: s3:\/\/cache can't be used \(put\): ./),
      expect.stringMatching(/^ +STATE: s3:\/\/state can't be used \(put\): ./),
      expect.stringMatching(/^ +AWS_ENDPOINT_URL_SQS: http:\/\/127\.0\.0\.1:2 can't be used: .*ECONNREFUSED/),
      expect.stringMatching(/^ +CLICKHOUSE_URL: http:\/\/127\.0\.0\.1:2 can't be used: .*ECONNREFUSED/),
    ]);
    expect(errors).toMatch(/^nothing was started: http:\/\/127\.0\.0\.1:2 can't be used: .*ECONNREFUSED/);
    expect(out + errors).not.toContain('hunter');
  }, 60_000);
});
