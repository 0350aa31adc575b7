/** The stages that work by a queue, with where they work and where their dead go. */
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
