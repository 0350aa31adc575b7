/** ministack, an emulator of much of AWS, for its SQS. `MINISTACK` names the program. */
import { findService } from './find-service.ts';
import { type SqsServer, startSqs } from './sqs-server.ts';

export const findMinistack = (): Promise<string | undefined> =>
  findService('MINISTACK', 'venv-ministack-1.5.33/bin/ministack');

export const startMinistack = (command: string): Promise<SqsServer> =>
  startSqs({
    name: 'ministack',
    command,
    args: () => [],
    environment: (port) => ({ BIND_HOST: '127.0.0.1', GATEWAY_PORT: String(port), SERVICES: 'sqs' }),
    health: '/_ministack/health',
  });
