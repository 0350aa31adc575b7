/** The stages that work by a queue, with where they work and where their dead go. */
import { InvalidConfig } from '../../shared/errors.ts';
import type { QueuePlace } from '../queue-place.ts';
import type { QueueNames } from '../queues.ts';

export interface StageQueues {
  /** The function's name: `copy`. */
  readonly stage: string;
  readonly work: QueueNames;
  /** Undefined when it has none, or none was found. */
  readonly deadLetters: QueueNames | undefined;
}

/** Those whose queue is there: a mirror of an older version may have fewer. */
export function stageQueues({ service, queues }: Pick<QueuePlace, 'service' | 'queues'>): readonly StageQueues[] {
  return service.functions.flatMap(({ name, queue: trigger }) => {
    const work = trigger && queues.get(trigger.queue);
    if (!work) return [];
    const { redrive } = service.queues.find(({ logicalId }) => logicalId === trigger.queue) ?? {};
    return [{ stage: name, work, deadLetters: redrive && queues.get(redrive.deadLetters) }];
  });
}

/** The last part of a queue's address. */
export const queueName = ({ url }: Pick<QueueNames, 'url'>): string => url.slice(url.lastIndexOf('/') + 1);

/** @throws {InvalidConfig} when there is none of that name */
export function stageNamed(place: Pick<QueuePlace, 'service' | 'queues'>, name: string): StageQueues {
  const stages = stageQueues(place);
  const found = stages.find(({ stage }) => stage === name);
  if (found) return found;
  const known = stages.map(({ stage }) => stage).join(', ');
  throw new InvalidConfig([`there is no queue of a stage ${name} here; there are those of ${known}`]);
}
