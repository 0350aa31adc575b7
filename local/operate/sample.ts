/** A Lambda event in a file named `<function>.<case>.json`, as those in events/samples/ are. */
import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import * as v from 'valibot';
import { InvalidConfig } from '../../shared/errors.ts';

export interface Sample {
  readonly file: string;
  /** The name of the function that it is for. */
  readonly stage: string;
  readonly event: unknown;
  /** Of the messages that it delivers, when it is one of a queue. */
  readonly bodies: readonly string[] | undefined;
}

const OfQueue = v.object({ Records: v.array(v.object({ eventSource: v.literal('aws:sqs'), body: v.string() })) });

/** @param samples where it is looked for that is no file. @throws {InvalidConfig} */
export function readSample(name: string, samples: string): Sample {
  const file = [name, join(samples, name), join(samples, `${name}.json`)].find((one) => existsSync(one));
  if (file === undefined) throw new InvalidConfig([`there is no sample ${name}, neither here nor in events/samples`]);
  const event = eventIn(file);
  const ofQueue = v.safeParse(OfQueue, event);
  const bodies = ofQueue.success ? ofQueue.output.Records.map(({ body }) => body) : undefined;
  return { file, stage: basename(file).split('.')[0] ?? '', event, bodies };
}

function eventIn(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    throw new InvalidConfig([`${file} is not JSON`]);
  }
}
