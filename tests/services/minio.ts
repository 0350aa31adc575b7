/** A real MinIO on the loopback, when there is one: `MINIO` names the program. */
import { findService } from './find-service.ts';
import { type S3Server, startS3 } from './s3-server.ts';

/** Undefined, and said loudly, where there is no MinIO. */
export const findMinio = (): Promise<string | undefined> =>
  findService('MINIO', 'bin/minio-v0.0.0-20260212201848-7aac2a2c5b7c');

export const startMinio = (command: string): Promise<S3Server> =>
  startS3({
    name: 'MinIO',
    command,
    args: ({ port, folder }) => ['server', '--quiet', '--address', `127.0.0.1:${port}`, folder],
    environment: ({ folder }, { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY }) => ({
      MINIO_ROOT_USER: AWS_ACCESS_KEY_ID,
      MINIO_ROOT_PASSWORD: AWS_SECRET_ACCESS_KEY,
      HOME: folder,
    }),
    health: '/minio/health/ready',
  });
