import type { InvalidConfig } from '../shared/errors.ts';
import { emulatorEnvironment } from './emulator-environment.ts';

const ENDPOINT = 'http://127.0.0.1:4566';

describe('emulatorEnvironment', () => {
  it('adds credentials that open nothing, and leaves all else as it is', () => {
    expect(emulatorEnvironment({ AWS_ENDPOINT_URL: ENDPOINT, PATH: '/bin', AWS_ACCESS_KEY_ID: '' })).toEqual({
      AWS_ENDPOINT_URL: ENDPOINT,
      PATH: '/bin',
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
    });
  });

  it('keeps credentials that are said: some emulators take them for an account', () => {
    const own = { AWS_ACCESS_KEY_ID: '000000000001', AWS_SECRET_ACCESS_KEY: 'secret' };
    expect(emulatorEnvironment({ AWS_ENDPOINT_URL: ENDPOINT, ...own })).toMatchObject(own);
  });

  it.each([
    ['http://localhost:4566', ENDPOINT],
    ['http://localstack:4566/', 'http://localstack:4566'],
    ['https://emulator.example.org', 'https://emulator.example.org'],
  ])('reaches %s', (said, reached) => {
    expect(emulatorEnvironment({ AWS_ENDPOINT_URL: said })).toMatchObject({ AWS_ENDPOINT_URL: reached });
  });

  it.each([
    ['no address', {}, 'AWS_ENDPOINT_URL'],
    ['an empty one', { AWS_ENDPOINT_URL: ' ' }, 'AWS_ENDPOINT_URL'],
    ['no address at all', { AWS_ENDPOINT_URL: '127.0.0.1:4566' }, 'AWS_ENDPOINT_URL'],
    ['AWS', { AWS_ENDPOINT_URL: 'https://cloudformation.us-east-1.amazonaws.com' }, 'AWS_ENDPOINT_URL'],
    ['AWS, in capitals', { AWS_ENDPOINT_URL: 'https://sts.AMAZONAWS.com./' }, 'AWS_ENDPOINT_URL'],
    ['AWS in China', { AWS_ENDPOINT_URL: 'https://s3.cn-north-1.amazonaws.com.cn' }, 'AWS_ENDPOINT_URL'],
    ['AWS by both protocols', { AWS_ENDPOINT_URL: 'https://lambda.eu-west-1.api.aws' }, 'AWS_ENDPOINT_URL'],
    [
      'AWS for one service',
      { AWS_ENDPOINT_URL: ENDPOINT, AWS_ENDPOINT_URL_CLOUDFORMATION: 'https://cloudformation.us-east-1.amazonaws.com' },
      'AWS_ENDPOINT_URL_CLOUDFORMATION',
    ],
    [
      'AWS, whatever is said',
      { AWS_ENDPOINT_URL: ENDPOINT, AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true' },
      'AWS_IGNORE_CONFIGURED_ENDPOINT_URLS',
    ],
  ])('refuses what would reach %s', (_what, said, name) => {
    expect(() => emulatorEnvironment({ AWS_ACCESS_KEY_ID: 'real', ...said })).toThrow(
      expect.objectContaining<Partial<InvalidConfig>>({
        code: 'INVALID_CONFIG',
        facts: { problems: [expect.stringMatching(`^${name} `)] },
      }),
    );
  });
});
