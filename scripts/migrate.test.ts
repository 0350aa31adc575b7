import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { inheritedEnvironment } from '../shared/config/env.ts';
import { describeWithClickHouse } from '../tests/support/describe-with.ts';

const program = fileURLToPath(new URL('./migrate.ts', import.meta.url));

async function migrate(environment: Readonly<Record<string, string>>, ...args: readonly string[]) {
  const { PATH } = inheritedEnvironment();
  const child = spawn(process.execPath, [program, ...args], {
    env: { PATH, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [out, errors, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  return { out, errors, code: code as number };
}

describe('npm run migrate', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'migrate-'));
  });
  afterEach(() => rm(directory, { recursive: true }));

  it('has a help with an example, and no patience with options that it does not know', async () => {
    const help = await migrate({}, '--help');
    expect(help).toMatchObject({ code: 0, errors: '' });
    expect(help.out).toContain('npm run migrate -- --dry-run');
    expect((await migrate({}, '--dryrun')).code).not.toBe(0);
  });

  it.each([
    ['is no address', { CLICKHOUSE_URL: 'clickhouse:secret' }],
    ['is off', { CLICKHOUSE_URL: 'off' }],
  ])('ends with 2 and touches nothing where CLICKHOUSE_URL %s', async (_what, environment) => {
    const DATA_DIR = join(directory, 'data');
    const { code, errors } = await migrate({ DATA_DIR, ...environment });
    expect(code).toBe(2);
    expect(errors).toContain('CLICKHOUSE_URL');
    expect(errors).not.toContain('secret');
    expect(existsSync(DATA_DIR)).toBe(false);
  });

  it('ends with 1 and says why where the server is down', async () => {
    const { code, out, errors } = await migrate({ CLICKHOUSE_URL: 'http://admin:secret@127.0.0.1:1' }, '--json');
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(errors).toMatch(/^could not make the tables: .*ECONNREFUSED/);
    expect(errors).not.toContain('secret');
  });
});

describeWithClickHouse('npm run migrate, to an embedded ClickHouse that nobody runs', () => {
  it('says what it would apply, applies it, and then has nothing to apply', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'migrate-'));
    const environment = { DATA_DIR: directory };
    const dry = await migrate(environment, '--dry-run', '--json');
    expect(dry).toMatchObject({ code: 0, errors: '' });
    const { applied, pending } = JSON.parse(dry.out) as { applied: readonly string[]; pending: readonly string[] };
    expect(applied).toEqual([]);
    expect(pending[0]).toBe('0001_requests.sql');
    await expect(migrate(environment)).resolves.toEqual({
      code: 0,
      errors: '',
      out: pending.map((file) => `applied ${file}\n`).join(''),
    });
    await expect(migrate(environment, '--dry-run')).resolves.toEqual({
      code: 0,
      errors: '',
      out: 'nothing to apply\n',
    });
    await rm(directory, { recursive: true });
  }, 60_000);
});
