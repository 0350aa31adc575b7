/**
 * Looks at a stage before it is deployed, and changes nothing: all that is missing or wrong is answered at once, each by its setting. It
 * reads parameters, lists the buckets and asks ClickHouse, as whoever calls it, from where it is called.
 */
import { readCollectConfig } from '../../functions/collect/config.ts';
import { readCopyConfig } from '../../functions/copy/config.ts';
import { readDetectConfig } from '../../functions/detect/config.ts';
import { readLoadConfig } from '../../functions/load/config.ts';
import { readPublishConfig } from '../../functions/publish/config.ts';
import { readServeConfig } from '../../functions/serve/config.ts';
import { type BucketKeys, credentialsOf } from '../../shared/bucket/keys.ts';
import { type ClickHousePlace, parseClickHouseUrl } from '../../shared/config/clickhouse-url.ts';
import type { Environment } from '../../shared/config/env.ts';
import type { FetchParameters } from '../../shared/config/parameters.ts';
import { describeError, InvalidConfig } from '../../shared/errors.ts';
import { inParallel } from '../../shared/in-parallel.ts';
import { failureInWords } from '../failure-words.ts';
import { fileOf, problemsOfSettings } from './settings.ts';
import type { Stage } from './stage.ts';
import { lookUp, settingOf, toldOf } from './told.ts';

export interface PreflightDeps {
  /** Undefined: none is looked up, and nothing is said of what they would hold. */
  readonly fetchParameters: FetchParameters | undefined;
  /** Rejects when it can't be listed. */
  readonly listBucket: (storeUrl: string, keys: Partial<BucketKeys>, signal: AbortSignal) => Promise<void>;
  /** Rejects when it does not answer a query. */
  readonly askClickHouse: (place: ClickHousePlace, signal: AbortSignal) => Promise<unknown>;
}

const CONFIGS: Readonly<Record<string, (environment: Environment) => unknown>> = {
  detect: readDetectConfig,
  copy: readCopyConfig,
  publish: readPublishConfig,
  serve: readServeConfig,
  load: readLoadConfig,
  collect: readCollectConfig,
};
const AT_ONCE = 8;

/** @returns what is wrong; nothing: it can be deployed. */
export async function preflight(stage: Stage, deps: PreflightDeps, signal: AbortSignal): Promise<readonly string[]> {
  if (!stage.settings) {
    const file = fileOf(stage.name);
    return [`${file} is not there: cp environments/prod.example.yml ${file}, and fill it in`];
  }
  const problems = new Set(problemsOfSettings(stage));
  const { known, missing } = await lookUp(stage, deps.fetchParameters, signal);
  for (const problem of missing) problems.add(problem);

  const asks: Asks = new Map();
  for (const [fn, environment] of stage.functions) {
    const told = toldOf(environment, known);
    for (const problem of problemsOfConfig(fn, told.environment)) {
      const [variable = ''] = problem.split(' ');
      if (told.unknown.has(variable)) continue; // what is known to be missing is said once
      if (variable === 'PUBLIC_URL' && !stage.settings.PUBLIC_URL?.trim()) continue; // it is DOMAIN's, and said of that
      problems.add(`${settingOf(fn, variable, stage.settings)}${problem.slice(variable.length)}`);
    }
    addAsks(asks, { fn, settings: stage.settings, ...told }, deps, signal);
  }
  const failures = new Map<string, string>();
  await inParallel(asks, AT_ONCE, async ([id, { ask }]) => {
    await ask().catch((error: unknown) => failures.set(id, failureInWords(error)));
  });
  // In the order of asking, whatever answered first.
  for (const [id, { what }] of asks) if (failures.has(id)) problems.add(`${what}: ${failures.get(id)}`);
  return [...problems];
}

function problemsOfConfig(fn: string, environment: Environment): readonly string[] {
  try {
    CONFIGS[fn]?.(environment);
    credentialsOf(keysIn(environment));
    return [];
  } catch (error) {
    if (error instanceof InvalidConfig) return error.facts.problems as readonly string[];
    return [`${fn}: ${describeError(error).message}`];
  }
}

/** Each thing is asked once, whoever needs it: by what it is, with which key. */
type Asks = Map<string, { readonly what: string; readonly ask: () => Promise<unknown> }>;

interface Told {
  readonly fn: string;
  readonly settings: Environment;
  readonly environment: Environment;
  readonly unknown: ReadonlySet<string>;
}

function addAsks(asks: Asks, told: Told, deps: PreflightDeps, signal: AbortSignal): void {
  const { fn, settings, environment, unknown } = told;
  const keys = keysIn(environment);
  const { BUCKET_ACCESS_KEY_ID: id, BUCKET_SECRET_ACCESS_KEY: secret } = keys;
  const half = (id === undefined) !== (secret === undefined); // which has been said
  const whole = !half && !unknown.has('BUCKET_ACCESS_KEY_ID') && !unknown.has('BUCKET_SECRET_ACCESS_KEY');
  if (whole && fn !== 'load') {
    const own = settingOf(fn, 'BUCKET_ACCESS_KEY_ID', settings);
    const who = own === 'BUCKET_ACCESS_KEY_ID' ? '' : ` with ${own}`;
    for (const name of ['BUCKET', 'STATE']) {
      const storeUrl = environment[name] ?? '';
      if (storeUrl.startsWith('s3://'))
        asks.set(`${name} ${storeUrl} ${id}`, {
          what: `${name} can't be listed${who}`,
          ask: () => deps.listBucket(storeUrl, keys, signal),
        });
    }
  }
  const url = environment.CLICKHOUSE_URL ?? '';
  if (url === '') return;
  const place = readable(url);
  const name = settingOf(fn, 'CLICKHOUSE_URL', settings);
  if (place) asks.set(url, { what: `${name} does not answer`, ask: () => deps.askClickHouse(place, signal) });
}

function keysIn(environment: Environment): BucketKeys {
  const said = (name: keyof BucketKeys) => environment[name]?.trim() || undefined;
  return {
    BUCKET_ACCESS_KEY_ID: said('BUCKET_ACCESS_KEY_ID'),
    BUCKET_SECRET_ACCESS_KEY: said('BUCKET_SECRET_ACCESS_KEY'),
  };
}

function readable(url: string): ClickHousePlace | undefined {
  try {
    return parseClickHouseUrl(url);
  } catch {
    return undefined; // the function's own reader has said so
  }
}
