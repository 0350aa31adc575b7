import { openBucket, parseBucketUrl } from './open.ts';

describe('parseBucketUrl', () => {
  it.each([
    ['file:///var/lib/copycat/cache', '/var/lib/copycat/cache'],
    ['file:///var/lib/copycat/cache/', '/var/lib/copycat/cache'],
    ['file:///srv/my%20cache', '/srv/my cache'],
    ['file:///srv/a/../b', '/srv/b'],
  ])('reads %s', (url, root) => {
    expect(parseBucketUrl(url)).toEqual({ scheme: 'file', root });
  });

  it.each([
    ['s3://copycat', { bucket: 'copycat', endpoint: undefined, region: 'us-east-1' }],
    [
      's3://copycat?endpoint=http://minio:9000&region=eu-west-1',
      { bucket: 'copycat', endpoint: 'http://minio:9000', region: 'eu-west-1' },
    ],
    ['s3://copycat?endpoint=minio.example.org', { endpoint: 'https://minio.example.org' }],
    ['s3://copycat?endpoint=minio:9000&scheme=http', { endpoint: 'http://minio:9000' }],
  ])('reads %s', (url, place) => {
    expect(parseBucketUrl(url)).toMatchObject({ scheme: 's3', ...place });
  });

  it.each([
    ['', /absolute store URL/],
    ['/var/lib/copycat', /absolute store URL/],
    ['https://cache.nixos.org', /https:\/\/ is not supported/],
    ['file://cache', /three slashes/],
    ['file:cache', /three slashes/],
    ['file://host/cache', /three slashes/],
    ['file:///', /root directory/],
    ['file:///a/../..', /root directory/],
    ['file:///a?compression=xz', /no settings/],
    ['file:///a#b', /no settings/],
    ['file:///a%2Fb', /escaped slash/],
    ['file:///a%00b', /NUL/],
    ['s3://', /bucket name/],
    ['s3://No_Bucket', /bucket name/],
    ['s3://copycat/below', /no path/],
    ['s3://key:secret@copycat', /BUCKET_ACCESS_KEY_ID/],
    ['s3://copycat?acl=public', /no setting acl; it has endpoint, region, scheme/],
    ['s3://copycat?endpoint=http://a/b', /endpoint/],
    ['s3://copycat?endpoint=a&scheme=ftp', /endpoint/],
  ])('refuses %j', (url, reason) => {
    expect(() => parseBucketUrl(url)).toThrow(
      expect.objectContaining({ code: 'MALFORMED', message: expect.stringMatching(reason) }),
    );
  });

  it('does not repeat what may be secret', () => {
    expect(() => parseBucketUrl('s3://user:secret@minio/copycat')).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('secret') }),
    );
  });
});

describe('openBucket', () => {
  it('opens a bucket under its own name', () => {
    expect(openBucket('file:///var/lib/my%20cache/').name).toBe('file:///var/lib/my%20cache');
  });
});
