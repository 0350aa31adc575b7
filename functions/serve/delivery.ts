/** How objects reach a client (`NAR_DELIVERY`): streamed from here, or by a redirect to the bucket itself. */
import { type BucketKeys, credentialsOf } from '../../shared/bucket/keys.ts';
import { type BucketUrl, parseBucketUrl } from '../../shared/bucket/open.ts';
import { createPresign, type Presign } from '../../shared/bucket/s3-presign.ts';
import { InvalidConfig } from '../../shared/errors.ts';

export type Delivery = { readonly kind: 'stream' } | { readonly kind: 'redirect'; readonly presign: Presign };

export interface DeliveryConfig extends Partial<BucketKeys> {
  readonly BUCKET: string;
  readonly NAR_DELIVERY: Delivery['kind'];
  readonly S3_PUBLIC_ENDPOINT: string | undefined;
  /** Milliseconds. */
  readonly REDIRECT_LIFETIME: number;
}

/** @throws {InvalidConfig} for redirects to a directory: nobody answers there. */
export function openDelivery(config: DeliveryConfig): Delivery {
  if (config.NAR_DELIVERY === 'stream') return { kind: 'stream' };
  const place: BucketUrl = parseBucketUrl(config.BUCKET);
  if (place.scheme !== 's3') throw new InvalidConfig(['NAR_DELIVERY can only be redirect where BUCKET is s3://']);
  return {
    kind: 'redirect',
    presign: createPresign({
      place: { ...place, credentials: credentialsOf(config) },
      publicEndpoint: config.S3_PUBLIC_ENDPOINT,
      expiresSeconds: Math.floor(config.REDIRECT_LIFETIME / 1_000),
    }),
  };
}
