/** The systemd unit and the NixOS module: what their own tools say of them, and that both promise the same. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describeWithProgram } from '../support/describe-with.ts';
import { run } from './programs.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const UNIT = join(ROOT, 'packaging/systemd/copycat.service');
/** systemd's measure of what a service may do: 10 is all, and under 2 it says OK. */
const MOST_EXPOSURE = 2;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'copycat-service-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describeWithProgram('the systemd unit', 'systemd-analyze', () => {
  it('is understood whole, and what it starts is there', async () => {
    const text = (await readFile(UNIT, 'utf8')).replaceAll('/opt/copycat', ROOT);
    const file = join(folder, 'copycat.service');
    await writeFile(file, text);
    expect(run('systemd-analyze', ['verify', '--man=no', '--recursive-errors=no', file])).toMatchObject({
      status: 0,
      errors: '',
    });
  });

  it('may do little', () => {
    const { out } = run('systemd-analyze', ['security', '--offline=true', '--no-pager', UNIT]);
    const [, exposure = 'none'] = /Overall exposure level for copycat\.service: ([\d.]+)/.exec(out) ?? [];
    expect(Number(exposure)).toBeLessThan(MOST_EXPOSURE);
  });
});

interface Evaluated {
  readonly systemd: {
    readonly services: {
      readonly copycat: {
        readonly environment: Readonly<Record<string, string>>;
        readonly serviceConfig: Readonly<Record<string, unknown>>;
      };
    };
  };
  readonly services: { readonly nginx: { readonly virtualHosts?: Readonly<Record<string, { forceSSL: boolean }>> } };
  readonly networking: { readonly firewall: { readonly allowedTCPPorts: unknown } };
}

const evaluateFile = (file: string, ...args: readonly string[]) =>
  run('nix-instantiate', ['--eval', '--strict', '--json', join(ROOT, 'packaging/nixos', file), ...args], {
    HOME: folder,
    NIX_STORE_DIR: join(folder, 'store'),
    NIX_STATE_DIR: join(folder, 'state'),
    NIX_LOG_DIR: join(folder, 'log'),
  });
const evaluate = (services: string) => evaluateFile('evaluate.nix', '--arg', 'services', services);

describeWithProgram('the NixOS module', 'nix-instantiate', () => {
  const made = (services: string): Evaluated => JSON.parse(evaluate(services).out) as Evaluated;
  const LEAST =
    '{ copycat = { enable = true; package = "/nix/store/p"; channels = [ "nixos-unstable-small" "nixos-26.05" ]; }; }';

  it('starts the mirror with what the options say', () => {
    const { systemd, networking, services } = made(LEAST);
    expect(systemd.services.copycat.environment).toMatchObject({
      CHANNELS: 'nixos-unstable-small nixos-26.05',
      HOST: '127.0.0.1',
      PORT: '8080',
      DATA_DIR: '/var/lib/copycat',
    });
    expect(systemd.services.copycat.serviceConfig).toMatchObject({ ExecStart: '/nix/store/p/bin/copycat start' });
    expect(networking.firewall.allowedTCPPorts).toEqual({}); // nothing is opened unasked
    expect(services.nginx).toEqual({});
  });

  it('promises what the systemd unit does', async () => {
    const wanted = (await readFile(UNIT, 'utf8')).split('[Service]')[1]?.split('[Install]')[0] ?? '';
    const unit = new Map<string, string[]>();
    for (const [, key = '', value = ''] of wanted.matchAll(/^([A-Za-z]+)=(.*)$/gm))
      unit.set(key, [...(unit.get(key) ?? []), value]);
    const inWords = (value: unknown): string[] =>
      [value].flat().map((one) => (typeof one === 'boolean' ? (one ? 'yes' : 'no') : String(one)));
    const { serviceConfig } = made(LEAST).systemd.services.copycat;
    const differs = ['ExecStart', 'Environment', 'EnvironmentFile', 'WorkingDirectory']; // paths of another world
    const both = [...new Set([...unit.keys(), ...Object.keys(serviceConfig)])].filter((key) => !differs.includes(key));
    const list = (values: readonly string[] = []): string => values.flatMap((value) => value.split(' ')).join(' ');
    for (const key of both.filter((one) => one !== 'AmbientCapabilities' && one !== 'TasksMax'))
      expect([key, list(inWords(serviceConfig[key] ?? 'nothing'))]).toEqual([key, list(unit.get(key))]);
  });

  it('puts nginx before it when told a virtual host, and trusts only that', () => {
    const { services, systemd } = made(LEAST.replace('enable', 'virtualHost = "m.example.org"; enable'));
    expect(services.nginx.virtualHosts?.['m.example.org']).toMatchObject({ forceSSL: true });
    expect(systemd.services.copycat.environment.TRUST_PROXY).toBe('127.0.0.1');
  });

  it('does nothing when it is not enabled, and refuses what it does not know', () => {
    expect(made('{ copycat = { }; }')).toEqual({});
    expect(evaluate('{ copycat = { enable = true; chanels = [ ]; }; }').errors).toContain('no option chanels');
  });

  it('parses as a flake', () =>
    expect(
      run('nix-instantiate', ['--parse', join(ROOT, 'flake.nix')], { HOME: folder, NIX_STATE_DIR: folder }).status,
    ).toBe(0));
});

interface Lock {
  readonly packages: Readonly<
    Record<string, { integrity?: string; dev?: boolean; optional?: boolean; devOptional?: boolean }>
  >;
}

describeWithProgram('the NixOS package', 'nix-instantiate', () => {
  it('fetches what it runs with, each held by the digest of the lockfile, and nothing else', async () => {
    const { packages } = JSON.parse(await readFile(join(ROOT, 'package-lock.json'), 'utf8')) as Lock;
    const wanted = Object.entries(packages).filter(
      ([path, { dev, optional, devOptional }]) => path && !dev && !optional && !devOptional,
    );
    const given = JSON.parse(evaluateFile('evaluate-package.nix').out) as {
      readonly package: object;
      readonly packageLock: Lock;
      readonly packageSourceOverrides: Readonly<Record<string, { name: string; outputHash: string; command: string }>>;
    };
    const sources = Object.entries(given.packageSourceOverrides);
    expect(sources.map(([path, { outputHash }]) => [path, outputHash]).sort()).toEqual(
      wanted.map(([path, { integrity }]) => [path, integrity]).sort(),
    );
    for (const [, { name }] of sources) expect(name).toMatch(/^[a-z0-9][\w.-]*\.tgz$/); // npm tells a file by its ending, Nix takes no @
    expect(Object.keys(given.packageLock.packages)).toHaveLength(sources.length + 1); // and the root
    expect(given.package).not.toHaveProperty('devDependencies');
    const asked = given.packageSourceOverrides['node_modules/serverless']?.command; // by the name that it has there
    expect(asked).toContain('npm pack --ignore-scripts --silent osls@');
  });
});
