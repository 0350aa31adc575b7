/** A stage as it would be deployed: its environment file, and what each function would be told. */
import * as v from 'valibot';
import type { Environment } from '../../shared/config/env.ts';

export interface Stage {
  readonly name: string;
  /** What the environment file says; undefined: there is no such file. */
  readonly settings: Environment | undefined;
  /** Days that log groups keep, as `deploy/place.cjs` makes it of what the file says. */
  readonly retention: number | undefined;
  /** By function. What the stack makes is said by a stand-in. */
  readonly functions: ReadonlyMap<string, Environment>;
}

/** Of a queue that the stack makes: there is nothing to look at yet. */
const STAND_IN = 'https://sqs.invalid/000000000000/made-by-the-stack';

const Value = v.union([v.string(), v.number(), v.boolean(), v.null(), v.record(v.string(), v.unknown())]);
const Values = v.optional(v.record(v.string(), Value), {});
const File = v.object({
  provider: v.object({ stage: v.string(), environment: Values }),
  functions: v.record(v.string(), v.object({ environment: Values })),
  custom: v.object({
    place: v.optional(v.object({ retention: v.optional(v.number()) })),
    settings: v.optional(v.union([v.record(v.string(), Value), v.string(), v.null()])),
  }),
});

/** @param resolved what `serverless print --format json` answers. */
export function stageOf(resolved: unknown): Stage {
  const { provider, functions, custom } = v.parse(File, resolved);
  const { settings, place } = custom;
  return {
    name: provider.stage,
    settings: settings && typeof settings === 'object' ? texts(settings) : undefined,
    retention: place?.retention,
    functions: new Map(
      Object.entries(functions).map(([name, { environment }]) => [
        name,
        texts({ ...provider.environment, ...environment }),
      ]),
    ),
  };
}

const texts = (values: v.InferOutput<typeof Values>): Environment =>
  Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      name,
      value === null ? '' : typeof value === 'object' ? STAND_IN : String(value),
    ]),
  );
