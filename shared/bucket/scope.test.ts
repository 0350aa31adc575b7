import { scopeOfAnswer, scopeOfErrno } from './scope.ts';

describe('whose failure it is', () => {
  it.each([
    ['a full disk of MinIO', 'XMinioStorageFull', 507, 'room'],
    ['a full quota of MinIO', 'XMinioAdminBucketQuotaExceeded', 400, 'room'],
    ['a bucket that is gone', 'NoSuchBucket', 404, 'bucket'],
    ['a key that nobody knows', 'InvalidAccessKeyId', 403, 'bucket'],
    ['a secret that is wrong', 'SignatureDoesNotMatch', 403, 'bucket'],
    ['what the key may not do', 'AccessDenied', 403, 'bucket'],
    ['a session that is over', 'ExpiredToken', 400, 'bucket'],
    ['a clock that is wrong', 'RequestTimeTooSkewed', 403, 'bucket'],
    ['a server that nobody reaches', 'ECONNREFUSED', undefined, 'bucket'],
    ['a server that is silent', 'TimeoutError', undefined, 'bucket'],
    ['a server that is starting', 'XMinioServerNotInitialized', 503, 'bucket'],
    ['a server that has too much to do', 'SlowDown', 503, 'bucket'],
    ['a body that is too large', 'EntityTooLarge', 400, 'object'],
    ['a key that is too long', 'KeyTooLongError', 400, 'object'],
    ['an object that is not there', 'NoSuchKey', 404, 'object'],
    ['a range that is not', 'InvalidRange', 416, 'object'],
  ])('%s', (_what, code, status, scope) => {
    expect(scopeOfAnswer(code, status)).toBe(scope);
  });

  it.each([
    ['ENOSPC', 'room'],
    ['EDQUOT', 'room'],
    ['EROFS', 'bucket'],
    ['EACCES', 'bucket'],
    ['EIO', 'bucket'],
    ['ENAMETOOLONG', 'object'],
    ['EISDIR', 'object'],
    ['ESTALE', 'object'],
  ])('%s of a file system', (code, scope) => {
    expect(scopeOfErrno(code)).toBe(scope);
  });
});
