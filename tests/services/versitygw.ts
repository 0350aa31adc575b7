/** versitygw, an S3 server over a plain directory: a second opinion, and an adversary. `VERSITYGW` names the program. */
import { findService } from './find-service.ts';
import { type S3Server, startS3 } from './s3-server.ts';

export const findVersitygw = (): Promise<string | undefined> => findService('VERSITYGW', 'bin/versitygw-v1.8.0');

/** It keeps metadata in attributes of files: with files beside them (`--sidecar`) an object and its metadata are replaced one after the other. */
export const startVersitygw = (command: string): Promise<S3Server> =>
  startS3({
    name: 'versitygw',
    command,
    args: ({ port, folder }) => ['--port', `127.0.0.1:${port}`, '--quiet', '--keep-alive', 'posix', folder],
    environment: (_place, { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY }) => ({
      ROOT_ACCESS_KEY_ID: AWS_ACCESS_KEY_ID,
      ROOT_SECRET_ACCESS_KEY: AWS_SECRET_ACCESS_KEY,
    }),
    health: '/', // 403: it wants a signature
  });
