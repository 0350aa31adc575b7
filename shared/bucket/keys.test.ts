import { InvalidConfig } from '../errors.ts';
import { listenHttp } from '../testing/http-server.ts';
import { credentialsOf } from './keys.ts';
import { openBucket } from './open.ts';

describe('keys of the buckets', () => {
  it('are two or none', () => {
    expect(credentialsOf({ BUCKET_ACCESS_KEY_ID: 'id', BUCKET_SECRET_ACCESS_KEY: 'secret' })).toEqual({
      accessKeyId: 'id',
      secretAccessKey: 'secret',
    });
    expect(credentialsOf({})).toBeUndefined();
    expect(() => credentialsOf({ BUCKET_ACCESS_KEY_ID: 'hunter2' })).toThrow(
      new InvalidConfig(['BUCKET_SECRET_ACCESS_KEY is not set, and neither key is of use without the other']),
    );
    expect(() => openBucket('s3://copycat', { BUCKET_SECRET_ACCESS_KEY: 'hunter2' })).toThrow('BUCKET_ACCESS_KEY_ID');
  });

  it('sign what is asked of a bucket', async () => {
    const server = await listenHttp((_request, response) => response.writeHead(404).end());
    try {
      const keys = { BUCKET_ACCESS_KEY_ID: 'OUR-KEY', BUCKET_SECRET_ACCESS_KEY: 'secret' };
      await openBucket(`s3://copycat?endpoint=${server.url}`, keys).head('nar/a');
      expect(server.requests.map(({ headers }) => headers.authorization)).toEqual([
        expect.stringContaining('Credential=OUR-KEY/'),
      ]);
    } finally {
      await server.close();
    }
  });
});
