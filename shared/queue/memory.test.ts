import { itIsAQueue } from './contract.ts';
import { memoryQueue } from './memory.ts';

describe('the queue in memory', () => {
  itIsAQueue(async () => {
    const queue = memoryQueue();
    return {
      queue,
      receive: async (most) => queue.receive(most),
      dead: async () =>
        queue.dead.map(({ body, certificate }) => ({
          body,
          attributes: {
            code: certificate.code,
            verdict: certificate.verdict,
            reason: certificate.reason,
            attempts: String(certificate.attempts),
            'first-seen': certificate.firstSeen.toISOString(),
            'buried-at': certificate.buriedAt.toISOString(),
          },
        })),
    };
  });
});
