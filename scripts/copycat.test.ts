import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { inheritedEnvironment } from '../shared/config/env.ts';
import { InvalidConfig, RuntimeFailed } from '../shared/errors.ts';
import { runProgram } from './run-program.ts';

const launcher = fileURLToPath(new URL('../bin/copycat.js', import.meta.url));
const { PATH } = inheritedEnvironment();

async function copycat(...args: readonly string[]) {
  const child = spawn(launcher, args, { env: { PATH }, stdio: ['ignore', 'pipe', 'pipe'] });
  const [out, errors, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  return { out, errors, code: code as number };
}

describe('copycat', () => {
  it('alone says what commands there are', async () => {
    const { out, errors, code } = await copycat();
    expect({ errors, code }).toEqual({ errors: '', code: 0 });
    for (const name of ['start', 'demo', 'plan']) expect(out).toMatch(new RegExp(`^ {2}${name} `, 'm'));
  });

  it('has an example in the help of every command', async () => {
    const { out } = await copycat();
    const names = [...out.matchAll(/^ {2}([a-z]+) (?!.*display help)/gm)].map(([, name = '']) => name);
    expect(names.length).toBeGreaterThanOrEqual(3);
    for (const help of await Promise.all(names.map((name) => copycat(name, '--help')))) {
      expect(help).toMatchObject({ code: 0, errors: '' });
      expect(help.out).toMatch(/^Examples?:\n {2}\S/m);
    }
  });

  it('suggests what an unknown command may have meant, and that is wrong usage', async () => {
    const { errors, code } = await copycat('strat');
    expect(code).toBe(2);
    expect(errors).toContain('Did you mean start?');
  });
});

describe('the launcher', () => {
  let directory: string;
  const started: ChildProcess[] = [];
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'launcher-'));
  });
  afterEach(async () => {
    for (const one of started.splice(0)) one.kill('SIGKILL');
    await rm(directory, { recursive: true, force: true, maxRetries: 5 });
  });

  /** By another Node than the one of the packages: the same in another place. So it starts a program of its own. */
  async function lasting(): Promise<ChildProcess> {
    const node = join(directory, 'node');
    await copyFile(process.execPath, node);
    const child = spawn(node, [launcher, 'demo'], {
      env: { PATH, DATA_DIR: directory, PORT: '0' },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    started.push(child);
    if (!child.stdout) throw new Error('it has no output');
    const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
    expect(line).toMatch(/^making an upstream/);
    return child;
  }

  it('is found through a link, as npm makes it', async () => {
    const link = join(directory, 'copycat');
    await symlink(launcher, link);
    const child = spawn(link, ['--version'], { env: { PATH }, stdio: ['ignore', 'pipe', 'ignore'] });
    expect(await text(child.stdout)).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  /** A checkout of which only these packages are there. */
  async function checkoutWith(...packages: readonly string[]): Promise<string> {
    const copy = join(directory, 'bin/copycat.js');
    for (const folder of ['bin', 'scripts', ...packages.map((name) => `node_modules/${name}`)])
      await mkdir(join(directory, folder), { recursive: true });
    await copyFile(launcher, copy);
    await writeFile(join(directory, 'package.json'), '{"type":"module"}');
    await writeFile(
      join(directory, 'scripts/copycat.ts'),
      'const version: string = "it runs\\n";\nprocess.stdout.write(version);\n',
    );
    for (const name of packages) await writeFile(join(directory, `node_modules/${name}/index.js`), '');
    return copy;
  }
  async function by(node: string, ...args: readonly string[]) {
    const child = spawn(node, args, { env: { PATH }, stdio: ['ignore', 'pipe', 'pipe'] });
    const [out, errors, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
    return { out, errors, code: code as number };
  }

  it('says what to do before npm install, by whatever Node', async () => {
    const copy = await checkoutWith();
    for (const node of ['node', process.execPath])
      expect(await by(node, copy)).toEqual({
        ...{ code: 2, out: '' },
        errors: 'Copycat lacks its packages: npm install in its folder brings them.\n',
      });
  });

  it('runs by the host’s own Node where the packages brought none, if that is new enough, and says so if not', async () => {
    const copy = await checkoutWith('commander');
    expect(await by(process.execPath, copy)).toEqual({ code: 0, out: 'it runs\n', errors: '' });
    const { out: version } = await by('node', '--version');
    const isOld = Number(/^v(\d+)/.exec(version)?.[1]) < 24;
    const host = await by('node', copy);
    if (isOld)
      expect(host).toMatchObject({ code: 2, out: '', errors: expect.stringContaining(`this is ${version.trim()}`) });
    else expect(host).toMatchObject({ code: 0, out: 'it runs\n' });
  });

  it('passes a signal on, and ends by the status of the program', async () => {
    const child = await lasting();
    child.kill('SIGINT');
    expect(await once(child, 'close')).toEqual([0, null]);
  }, 60_000);

  it('leaves no program behind when it is killed', async () => {
    const child = await lasting();
    child.kill('SIGKILL');
    expect(await once(child, 'close')).toEqual([null, 'SIGKILL']); // whoever has its output has ended, too
  }, 60_000);
});

describe('runProgram', () => {
  const commands = (act: () => unknown) => ({
    act: async () => ({ command: new Command('act').action(async () => void (await act())) }),
  });
  let said = '';
  const write = process.stderr.write;
  beforeEach(() => {
    said = '';
    process.exitCode = undefined;
    process.stderr.write = ((chunk: string) => {
      said += chunk;
      return true;
    }) as typeof write;
  });
  afterEach(() => {
    process.stderr.write = write;
    process.exitCode = undefined;
  });

  it.each<[string, () => unknown, number, RegExp]>([
    ['what is done', () => undefined, 0, /^$/],
    ['what failed', () => Promise.reject(new RuntimeFailed('it is gone')), 1, /^it is gone\n$/],
    [
      'a wrong configuration, with all that is wrong',
      () => Promise.reject(new InvalidConfig(['PORT must be one', '--rate must be one'])),
      2,
      / {2}PORT must be one\n {2}--rate must be one\n$/,
    ],
    [
      'words that would tell a terminal what to do',
      () => Promise.reject(new RuntimeFailed('\u001b]0;owned\u0007 and \u202egone')),
      1,
      /^ \]0;owned +and +gone\n$/,
    ],
  ])('makes an exit status of %s', async (_what, act, status, words) => {
    expect(await runProgram(['act'], commands(act))).toBe(status);
    expect(said).toMatch(words);
  });

  it('loads nothing but the command that is meant', async () => {
    const never = async (): Promise<object> => {
      throw new Error('loaded');
    };
    expect(await runProgram(['act'], { ...commands(() => undefined), other: never })).toBe(0);
  });
});
