/**
 * What is deployed from: a copy of this checkout, so that a test may change it, with the programs of an operator run in it as he runs
 * them.
 */
import { cp, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Environment } from '../../shared/config/env.ts';
import { startProgram } from '../support/program.ts';

export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly errors: string;
}

/** As `serverless package` writes it. */
export interface Template {
  readonly Resources: Readonly<Record<string, Resource>>;
  readonly Outputs: Readonly<Record<string, { readonly Condition?: string }>>;
}
export interface Resource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
  /** Under which it is made. */
  readonly Condition?: string;
}

export interface Checkout {
  /** `npm run deploy:local` */
  deploy(environment: Environment): Promise<Ended>;
  /** `npx serverless …` */
  serverless(args: readonly string[], environment: Environment): Promise<Ended>;
  /** `npx copycat …` */
  copycat(args: readonly string[], environment: Environment): Promise<Ended>;
  /** What was deployed last, or tried. */
  template(): Promise<Template>;
  /** Puts one text in place of another. @returns how to undo it. @throws when it is not there */
  change(file: string, from: string, to: string): Promise<() => Promise<void>>;
}

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PARTS = [
  'bin',
  'deploy',
  'environments',
  'events',
  'functions',
  'local',
  'scripts',
  'shared',
  'package.json',
  'serverless.yml',
];
const WITHIN_MS = 150_000;

export async function openCheckout(folder: string): Promise<Checkout> {
  const root = join(folder, 'checkout');
  await mkdir(root);
  for (const part of PARTS)
    await cp(join(ROOT, part), join(root, part), { recursive: true }).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
    });
  await symlink(join(ROOT, 'node_modules'), join(root, 'node_modules'));

  async function run(command: string, args: readonly string[], environment: Environment): Promise<Ended> {
    const program = startProgram(command, args, { HOME: folder, ...environment }, root);
    const code = await program.end(WITHIN_MS);
    return { code, out: program.out(), errors: program.errors() };
  }
  return {
    deploy: (environment) => run('npm', ['run', '--silent', 'deploy:local'], environment),
    serverless: (args, environment) => run('npx', ['serverless', ...args], environment),
    copycat: (args, environment) => run('npx', ['copycat', ...args], environment),
    async template() {
      const file = join(root, '.serverless/cloudformation-template-update-stack.json');
      return JSON.parse(await readFile(file, 'utf8')) as Template;
    },
    async change(file, from, to) {
      const path = join(root, file);
      const text = await readFile(path, 'utf8');
      if (!text.includes(from)) throw new Error(`${file} does not hold ${from}`);
      await writeFile(path, text.replace(from, to));
      return () => writeFile(path, text);
    },
  };
}
