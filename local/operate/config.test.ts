import { readOperateConfig } from './config.ts';

describe('readOperateConfig', () => {
  it('needs nothing to be said', () => {
    expect(readOperateConfig({})).toMatchObject({ CHANNELS: [], DATA_DIR: './data', stage: undefined });
  });

  it('says all that is wrong at once, whoever said it', () => {
    const read = () =>
      readOperateConfig({ PORT: 'x', COPY_QUEUE_URL: 'ftp://u:secret@q', CHANNELS: '../etc' }, { stage: '-x' });
    for (const name of ['PORT', 'COPY_QUEUE_URL', 'CHANNELS', '--stage']) expect(read).toThrow(`${name} must be`);
    expect(read).not.toThrow('secret');
  });

  it.each([
    ['--stage', {}, { stage: 'prod' }],
    ['COPY_QUEUE_URL', { COPY_QUEUE_URL: 'https://sqs.us-east-1.amazonaws.com/1/copy' }, {}],
  ])('takes no directory of this machine for the buckets of a deployment: %s', (_how, environment, options) => {
    expect(() => readOperateConfig(environment, options)).toThrow(/BUCKET is not set.*STATE is not set/);
    const buckets = { BUCKET: 's3://mirror', STATE: 's3://mirror-state' };
    expect(readOperateConfig({ ...environment, ...buckets }, options)).toMatchObject(buckets);
    expect(readOperateConfig(environment, { ...options, buckets: false })).toMatchObject({ BUCKET: undefined });
  });

  it('refuses buckets that lie in each other', () => {
    expect(() => readOperateConfig({ BUCKET: 'file:///a', STATE: 'file:///a/b' })).toThrow(
      'BUCKET and STATE must be two',
    );
  });
});
