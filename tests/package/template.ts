/** The template that a stage is deployed by, as `serverless package` makes it of an environment file of ours. */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
export const root = path.resolve(import.meta.dirname, '../..');

export interface Resource {
  readonly Type: string;
  readonly Condition?: string;
  readonly DependsOn?: readonly string[];
  // biome-ignore lint/suspicious/noExplicitAny: a template is looked into, not worked with
  readonly Properties: Readonly<Record<string, any>>;
}

export interface Template {
  readonly Parameters: Readonly<Record<string, { readonly Default: string }>>;
  readonly Conditions: Readonly<Record<string, unknown>>;
  readonly Resources: Readonly<Record<string, Resource>>;
  readonly Outputs: Readonly<Record<string, unknown>>;
}

export interface Packaged {
  readonly file: string;
  readonly text: string;
  readonly template: Template;
  close(): Promise<void>;
}

/** @returns what it printed; so has what it throws. */
export async function serverless(...args: readonly string[]): Promise<string> {
  const manifest = createRequire(import.meta.url).resolve('serverless/package.json');
  const { stdout } = await run(process.execPath, [path.join(path.dirname(manifest), 'bin/serverless.js'), ...args], {
    cwd: root,
  });
  return stdout;
}

export async function packaged(stage: string, settings: Readonly<Record<string, string>>): Promise<Packaged> {
  const folder = await mkdtemp(path.join(tmpdir(), 'copycat-template-'));
  const environments = path.join(folder, 'environments');
  await mkdir(environments);
  await writeFile(path.join(environments, `${stage}.yml`), JSON.stringify(settings)); // which is YAML, too
  const into = path.join(folder, 'packaged');
  const args = ['package', '--stage', stage, '--package', into, '--param', `environments=${environments}`];
  try {
    await serverless(...args);
  } catch (error) {
    await rm(folder, { recursive: true });
    throw error;
  }
  const file = path.join(into, 'cloudformation-template-update-stack.json');
  const text = await readFile(file, 'utf8');
  return {
    file,
    text,
    template: JSON.parse(text) as Template,
    close: () => rm(folder, { recursive: true, force: true }),
  };
}

/** The resources of a type, by their logical ids. */
export const ofType = ({ Resources }: Template, type: string): readonly (readonly [string, Resource])[] =>
  Object.entries(Resources).filter(([, { Type }]) => Type === type);
