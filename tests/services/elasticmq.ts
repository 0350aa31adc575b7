/** ElasticMQ, an SQS server with AWS's strict limits. `ELASTICMQ` names the folder of its jars; it needs Java. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { inheritedEnvironment } from '../../shared/config/env.ts';
import { findService } from './find-service.ts';
import { type SqsServer, startSqs } from './sqs-server.ts';

const CONFIG = fileURLToPath(new URL('./elasticmq/elasticmq.conf', import.meta.url));

export async function findElasticMq(): Promise<string | undefined> {
  const jars = await findService('ELASTICMQ', 'elasticmq-1.7.1');
  if (jars === undefined || spawnSync('java', ['-version']).status === 0) return jars;
  process.stderr.write('SKIPPED: there is no Java to run ElasticMQ with\n');
  return undefined;
}

export const startElasticMq = (jars: string): Promise<SqsServer> =>
  startSqs({
    name: 'ElasticMQ',
    command: 'java',
    args: (port) => [
      ...['-Xmx96m', `-Dport=${port}`, `-Dconfig.file=${CONFIG}`],
      ...['-cp', `${jars}/*`, 'org.elasticmq.server.Main'],
    ],
    environment: () => ({ PATH: inheritedEnvironment().PATH }),
    health: '/?Action=ListQueues',
  });
