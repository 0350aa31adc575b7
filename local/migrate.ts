/**
 * Makes the tables of the log stream, and what later versions change of them, from shared/analytics/schema: by clickhouse-migrations, in
 * a process of its own. It has no lock; that several may run at once, and any may be cut, is the schema's merit, which can be applied
 * again and again.
 */
import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify, stripVTControlCharacters } from 'node:util';
import { DATABASE } from '../shared/analytics/client.ts';
import type { ClickHousePlace } from '../shared/config/clickhouse-url.ts';
import type { Environment } from '../shared/config/env.ts';
import { AnalyticsFailed } from '../shared/errors.ts';

export interface MigrateOptions {
  /** Its `CH_MIGRATIONS_…` are handed on: certificates, a database that must be there already. */
  readonly environment: Environment;
  /** Tables are replicated: those of a database with the engine Replicated. */
  readonly replicated?: boolean;
  /** Makes such a database on every server of this cluster. */
  readonly cluster?: string | undefined;
  readonly schema?: string;
  readonly signal?: AbortSignal;
}

export const SCHEMA = fileURLToPath(new URL('../shared/analytics/schema', import.meta.url));

const LONGEST_MS = 300_000;

/** @returns the files that were applied. @throws {AnalyticsFailed} which says in ClickHouse's words why. */
export async function migrate(place: ClickHousePlace, options: MigrateOptions): Promise<readonly string[]> {
  const { environment, signal } = options;
  const own = Object.entries(environment).filter(([name]) => name === 'PATH' || name.startsWith('CH_MIGRATIONS_'));
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [program(), 'migrate'], {
      env: { ...Object.fromEntries(own), ...migrationEnvironment(place, options) },
      timeout: LONGEST_MS,
      ...(signal ? { signal } : {}),
    });
    const [, applied] = /The migration\(s\) (.*) was successfully applied/.exec(stdout) ?? [];
    return applied?.split(', ') ?? [];
  } catch (error) {
    signal?.throwIfAborted();
    const { stderr = '', killed = false } = error as { stderr?: string; killed?: boolean };
    const said = killed ? 'it takes too long' : reasonIn(stderr);
    throw new AnalyticsFailed(`could not make the tables: ${said}`, { operation: 'migrate', answer: said });
  }
}

/** What the program is told; credentials are in no argument, which others could see. */
export function migrationEnvironment(
  { origin, user, password, database }: ClickHousePlace,
  { replicated = false, cluster, schema = SCHEMA }: Omit<MigrateOptions, 'environment'>,
): Readonly<Record<string, string>> {
  return {
    CH_MIGRATIONS_HOST: origin,
    CH_MIGRATIONS_USER: user ?? 'default',
    CH_MIGRATIONS_PASSWORD: password ?? '',
    CH_MIGRATIONS_DB: database ?? DATABASE,
    CH_MIGRATIONS_HOME: schema,
    CH_MIGRATIONS_SUBSTITUTE_ENV: 'true',
    REPLICATED: replicated || cluster !== undefined ? 'Replicated' : '',
    ...(replicated || cluster !== undefined ? { CH_MIGRATIONS_TABLE_ENGINE: 'ReplicatedMergeTree' } : {}),
    ...(cluster === undefined ? {} : { CH_MIGRATIONS_DB_ENGINE: databaseOn(cluster) }),
  };
}

/** https://clickhouse.com/docs/engines/database-engines/replicated: it gives every server and every table its place by itself. */
const databaseOn = (cluster: string): string =>
  `ON CLUSTER '${cluster}' ENGINE = Replicated('/clickhouse/databases/{database}', '{shard}', '{replica}')`;

function program(): string {
  const require = createRequire(import.meta.url);
  const manifest = require.resolve('clickhouse-migrations/package.json');
  const { bin } = require(manifest) as { bin: Readonly<Record<string, string>> };
  return join(dirname(manifest), bin['clickhouse-migrations'] ?? '');
}

/** In one line, without what the client says of itself before. */
const reasonIn = (stderr: string): string =>
  (stripVTControlCharacters(stderr).split('clickhouse-migrations :').at(-1) ?? '')
    .replace(/^\s*Error: /, '')
    .replaceAll(/\s+/g, ' ')
    .trim()
    .slice(0, 1_000) || 'it ended without a word';
