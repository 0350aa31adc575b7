import { credentialsFor, environmentOf } from './environment.ts';

const queues = new Map([['CopyQueue', { url: 'http://127.0.0.1:1/0/copy', arn: 'arn:copy' }]]);
const copy = {
  environment: {
    UPSTREAM_URL: 'https://cache.nixos.org',
    CHANNELS: '',
    BUCKET: '',
    COPY_QUEUE_URL: { queue: 'CopyQueue', attribute: 'url' as const },
    COPY_QUEUE_ARN: { queue: 'CopyQueue', attribute: 'arn' as const },
  },
};
const parts = { inherited: {}, queues, settings: {} };

describe('environmentOf', () => {
  it('leaves out what is empty, which means its default', () => {
    expect(environmentOf(copy, parts)).toEqual({
      UPSTREAM_URL: 'https://cache.nixos.org',
      COPY_QUEUE_URL: 'http://127.0.0.1:1/0/copy',
      COPY_QUEUE_ARN: 'arn:copy',
    });
  });

  it('takes what the user says over what serverless.yml says', () => {
    const inherited = { UPSTREAM_URL: 'http://upstream', CHANNELS: 'nixos-unstable' };
    expect(environmentOf(copy, { ...parts, inherited })).toMatchObject(inherited);
  });

  it('lets an empty variable of the user hide nothing', () => {
    const environment = environmentOf(copy, { ...parts, inherited: { UPSTREAM_URL: ' ' } });
    expect(environment.UPSTREAM_URL).toBe('https://cache.nixos.org');
  });

  it('takes what the runtime knows over what the user says', () => {
    const inherited = { COPY_QUEUE_URL: 'http://elsewhere', BUCKET: 'file:///elsewhere' };
    const environment = environmentOf(copy, { ...parts, inherited, settings: { BUCKET: 'file:///here' } });
    expect(environment).toMatchObject({ COPY_QUEUE_URL: 'http://127.0.0.1:1/0/copy', BUCKET: 'file:///here' });
  });
});

describe('credentialsFor', () => {
  it('makes some up for the embedded queues', () => {
    expect(credentialsFor({})).toEqual({ AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' });
  });

  it.each(['AWS_ACCESS_KEY_ID', 'AWS_PROFILE', 'AWS_WEB_IDENTITY_TOKEN_FILE'])('leaves those of %s alone', (name) => {
    expect(credentialsFor({ [name]: 'mine' })).toEqual({});
  });
});
