/** The contract of a queue on SQS servers that are not the embedded one, and what a mirror asks of their queues besides. */
import { queueDifferences } from '../../local/queue-differences.ts';
import { ensureQueues } from '../../local/queues.ts';
import { readService } from '../../local/read-service.ts';
import { receiver } from '../../local/receiver.ts';
import { inheritedEnvironment } from '../../shared/config/env.ts';
import { itIsAQueue } from '../../shared/queue/contract.ts';
import { sqsQueue } from '../../shared/queue/sqs.ts';
import { openSqsQueue } from '../../shared/queue/sqs-fixture.ts';
import { makeFolder, removeFolder } from '../support/temporary-folder.ts';
import { findElasticMq, startElasticMq } from './elasticmq.ts';
import { findMinistack, startMinistack } from './ministack.ts';
import type { SqsServer } from './sqs-server.ts';

const servers = [
  ['ElasticMQ', await findElasticMq(), startElasticMq],
  ['ministack', await findMinistack(), startMinistack],
] as const;
const root = new URL('../..', import.meta.url).pathname;

for (const [name, program, start] of servers)
  (program ? describe : describe.skip)(`a queue on ${name}`, () => {
    let server: SqsServer;
    let queues = 0;
    beforeAll(async () => {
      server = await start(program ?? '');
    });
    afterAll(() => server?.close());

    itIsAQueue(() => {
      queues += 1;
      return openSqsQueue(server.client, server.endpoint, String(queues));
    });

    it('is made as serverless.yml says, found again, and driven as Lambda would', async () => {
      const cache = await makeFolder();
      const service = await readService({ root, cache, environment: inheritedEnvironment() });
      await removeFolder(cache);
      const { client, endpoint } = server;
      const made = await ensureQueues(service.queues, { client, endpoint, ours: false });
      await expect(queueDifferences(service.queues, made, client)).resolves.toEqual([]);
      await expect(ensureQueues(service.queues, { client, endpoint, ours: false })).resolves.toEqual(made);

      const names = made.get('CopyQueue') ?? { url: '', arn: '' };
      expect(names.arn).toMatch(/^arn:aws:sqs:us-east-1:\d{12}:copycat-dev-copy$/);
      const queue = sqsQueue({ client, url: names.url });
      await queue.sendAll(['a', 'b', 'c'], AbortSignal.timeout(5_000));
      const work = receiver(client, names);
      const first = await work.receive(10);
      expect(first.map(({ Body }) => Body).sort()).toEqual(['a', 'b', 'c']);
      await work.delete(first.slice(1));
      await work.giveBack(first.slice(0, 1), () => 1);
      const again: (string | undefined)[] = [];
      for (let tries = 0; tries < 5 && again.length === 0; tries += 1)
        again.push(...(await work.receive(10)).map(({ MessageId }) => MessageId));
      expect(again).toEqual([first[0]?.MessageId]);
    });
  });
