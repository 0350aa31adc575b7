/** Files that other programs read: compose.yaml, the workflows, and what goes into an image. */
import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { describeWithProgram } from '../support/describe-with.ts';
import { programs, run } from './programs.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const COMPOSE = join(ROOT, 'compose.yaml');
const WORKFLOWS = join(ROOT, '.github/workflows');
const TOLD = {
  CHANNELS: 'nixos-unstable-small',
  MINIO_PASSWORD: 'secret-of-minio',
  CLICKHOUSE_PASSWORD: 'secretofclickhouse',
};

interface Composed {
  readonly services: Readonly<
    Record<
      string,
      {
        readonly image?: string;
        readonly ports?: readonly { readonly host_ip?: string }[];
        readonly environment?: Readonly<Record<string, string>>;
      }
    >
  >;
}

describeWithProgram(
  'compose.yaml',
  programs.COMPOSE,
  () => {
    const compose = (environment: Readonly<Record<string, string>>, ...profiles: readonly string[]) =>
      run(
        programs.COMPOSE,
        ['-f', COMPOSE, ...profiles.flatMap((name) => ['--profile', name]), 'config', '--format', 'json'],
        environment,
      );
    const composed = (...profiles: readonly string[]): Composed =>
      JSON.parse(compose(TOLD, ...profiles).out) as Composed;

    it('has the mirror with services of its own, and LocalStack only when it is asked for', () => {
      const services = ['clickhouse', 'copycat', 'elasticmq', 'minio', 'minio-buckets'];
      expect(Object.keys(composed().services).sort()).toEqual(services);
      expect(Object.keys(composed('localstack').services).sort()).toEqual([...services, 'localstack'].sort());
    });

    it.each(Object.keys(TOLD))('names %s when it is missing', (name) => {
      const { status, errors } = compose({ ...TOLD, [name]: '' });
      expect(status).not.toBe(0);
      expect(errors).toContain(name);
    });

    it('has exact versions, and shows nothing to the network', () => {
      for (const { image = '', ports = [] } of Object.values(composed('localstack').services)) {
        expect(image).toMatch(/:[0-9a-f]+[0-9a-f.]*$/);
        for (const { host_ip } of ports) expect(host_ip).toBe('127.0.0.1');
      }
    });
  },
  'version',
);

describeWithProgram('the workflows', programs.ACTIONLINT, () => {
  it('are what GitHub takes', () => {
    expect(run(programs.ACTIONLINT, ['-no-color', join(WORKFLOWS, 'test.yml'), join(WORKFLOWS, 'deploy.yml')])).toEqual(
      { status: 0, out: '', errors: '' },
    );
  });
});

it('run nothing that can change under its name', async () => {
  for (const file of await readdir(WORKFLOWS)) {
    const used = (await readFile(join(WORKFLOWS, file), 'utf8')).match(/uses: .*/g) ?? [];
    expect(used.length).toBeGreaterThan(0);
    for (const line of used) expect(line).toMatch(/@[0-9a-f]{40} # v[\d.]+$/);
  }
});
