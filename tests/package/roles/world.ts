/** Buckets and a queue in memory with a clock of their own, in which each stage's doings are written down apart. */
import { memoryBucket } from '../../../shared/bucket/memory.ts';
import { memoryQueue } from '../../../shared/queue/memory.ts';
import type { Queue } from '../../../shared/queue/queue.ts';
import { createJournal } from '../../../shared/testing/journal.ts';

export type Stage = 'detect' | 'copy' | 'publish' | 'serve' | 'collect';
export type Played = Readonly<Record<Stage, ReadonlySet<string>>>;
export type World = ReturnType<typeof createWorld>;

export function createWorld() {
  const clock = { now: Date.parse('2026-01-01T00:00:00Z') };
  const now = () => new Date(clock.now);
  const held = { bucket: memoryBucket('memory://public', now), state: memoryBucket('memory://state', now) };
  const queue = memoryQueue({ now });
  const stages: Record<Stage, Set<string>> = {
    detect: new Set(),
    copy: new Set(),
    publish: new Set(),
    serve: new Set(),
    collect: new Set(),
  };
  const as = (stage: Stage) => {
    const journal = createJournal();
    const said = stages[stage];
    journal.entries.push = (...entries) => {
      for (const entry of entries) said.add(entry);
      return said.size;
    };
    const copyQueue: Pick<Queue, 'sendAll' | 'depth'> = {
      sendAll(bodies, signal) {
        said.add('queue send');
        return queue.sendAll(bodies, signal);
      },
      depth() {
        said.add('queue depth');
        return queue.depth();
      },
    };
    return { bucket: journal.watch('bucket', held.bucket), state: journal.watch('state', held.state), copyQueue };
  };
  return { clock, now, held, queue, stages, as };
}
