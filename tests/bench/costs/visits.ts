/** serve behind its function URL, on the counting world; NARs by a redirect that is signed as for S3. */
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { createRecordLog } from '../../../events/log-record.ts';
import { createEventAnswerer } from '../../../functions/serve/function-url.ts';
import { createGate } from '../../../functions/serve/gate.ts';
import { createNarInfos } from '../../../functions/serve/narinfos.ts';
import { createPlaces } from '../../../functions/serve/places.ts';
import { smallText } from '../../../functions/serve/small.ts';
import { steadyBucket } from '../../../functions/serve/steady-bucket.ts';
import { createPresign } from '../../../shared/bucket/s3-presign.ts';
import { sample } from '../../../shared/testing/lambda.ts';
import { countedOutput, type countingWorld } from './counting.ts';

const LOOK_UPS = { atOnce: 64, waiting: 1_024, waitMs: 1_000 };

export interface Visits {
  /** @throws when the status is another one. */
  ask(path: string, status: number): Promise<void>;
}

/** An instance that has just started: it remembers nothing. */
export async function openVisits({ bucket, current }: ReturnType<typeof countingWorld>): Promise<Visits> {
  const { write, log, metrics } = countedOutput('serve', current);
  const now = () => performance.now();
  const steady = steadyBucket(bucket, { gate: createGate(LOOK_UPS), lookUpMs: 3_000, now, log });
  const credentials = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'example' };
  const place = { bucket: 'cache', endpoint: undefined, region: 'us-east-1', credentials };
  const answer = createEventAnswerer({
    config: { PUBLIC_URL: undefined },
    deps: {
      ...{ bucket: steady, bodies: steady, decoders: createPlaces(8), log, metrics, sections: [] },
      delivery: {
        kind: 'redirect',
        presign: createPresign({ place, publicEndpoint: undefined, expiresSeconds: 3_600 }),
      },
      cacheInfo: smallText('StoreDir: /nix/store\n', { 'content-type': 'text/x-nix-cache-info' }, new Date(0)),
      narInfos: createNarInfos({ bucket: steady, maxBytes: 64 * 2 ** 20, now }),
      records: createRecordLog(write),
    },
  });
  const event = await sample<APIGatewayProxyEventV2>('serve.narinfo');
  return {
    async ask(path, status) {
      const { statusCode, headers, body = '', isBase64Encoded } = await answer({ ...event, rawPath: path });
      if (statusCode !== status) throw new Error(`${path}: ${statusCode} and not ${status}`);
      const heads = Object.entries(headers ?? {}).reduce(
        (sum, [name, value]) => sum + name.length + String(value).length + 4,
        0,
      );
      current().bytesAnswered += heads + Buffer.byteLength(body, isBase64Encoded ? 'base64' : 'utf8');
    },
  };
}
