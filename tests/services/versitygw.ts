/**
 * versitygw, an S3 server over a plain directory: a second opinion, and an adversary. `VERSITYGW` names the program. It keeps
 * metadata in files beside, since not every file system has attributes.
 */
import { mkdir } from 'node:fs/promises';
import { findService } from './find-service.ts';
import { type S3Server, startS3 } from './s3-server.ts';

export const findVersitygw = (): Promise<string | undefined> => findService('VERSITYGW', 'bin/versitygw-v1.8.0');

export async function startVersitygw(command: string): Promise<S3Server> {
  return startS3({
    name: 'versitygw',
    command,
    prepare: async ({ folder }) => {
      for (const name of ['objects', 'metadata']) await mkdir(`${folder}/${name}`);
    },
    args: ({ port, folder }) => [
      ...['--port', `127.0.0.1:${port}`, '--quiet', '--keep-alive'],
      ...['posix', '--sidecar', `${folder}/metadata`, `${folder}/objects`],
    ],
    environment: (_place, { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY }) => ({
      ROOT_ACCESS_KEY_ID: AWS_ACCESS_KEY_ID,
      ROOT_SECRET_ACCESS_KEY: AWS_SECRET_ACCESS_KEY,
    }),
    health: '/', // 403: it wants a signature
  });
}
