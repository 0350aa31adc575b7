/** The queues of a mirror, for a command: as it was configured, until it is interrupted. */
import { fileURLToPath } from 'node:url';
import type { OperateConfig } from '../local/operate/config.ts';
import { type QueuePlace, withQueues } from '../local/queue-place.ts';
import { inheritedEnvironment } from '../shared/config/env.ts';

/** The directory of serverless.yml. */
export const ROOT = fileURLToPath(new URL('..', import.meta.url));

export const atQueues = <T>(
  {
    config,
    purpose,
    signal,
  }: { readonly config: OperateConfig; readonly purpose: string; readonly signal: AbortSignal },
  work: (place: QueuePlace) => Promise<T>,
): Promise<T> => withQueues({ config, environment: inheritedEnvironment(), root: ROOT, purpose, signal }, work);
