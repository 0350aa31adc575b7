import fc from 'fast-check';
import { InvalidConfig } from '../errors.ts';
import { readEnv } from './env.ts';
import {
  bytes,
  duration,
  flag,
  headerName,
  hostUrl,
  integer,
  listOf,
  oneOf,
  optional,
  parseBytes,
  parseDuration,
  rate,
  share,
  text,
  url,
} from './readers.ts';

const readers = {
  NAME: text(),
  PORT: integer(0, 65_535, 8080),
  UPSTREAM_URL: url('https://cache.nixos.org'),
  ON_MISS: oneOf(['404', 'pull'], '404'),
  CHANNELS: listOf('channel names', (name) => (/^[a-z-]+$/.test(name) ? name : fail())),
  LIMIT: optional(bytes()),
  RATE: optional(rate()),
  SHARE: share(0.5),
  PUBLIC_URL: optional(hostUrl()),
  WAIT: duration(1_000),
  ON: flag(false),
  HEADER: optional(headerName()),
};
const fail = (): never => {
  throw new Error('not shown');
};

describe('readEnv', () => {
  it('takes the default for what is unset or empty', () => {
    expect(readEnv(readers, { NAME: 'n', CHANNELS: ' a  b ', PORT: '', UPSTREAM_URL: '  ' })).toEqual({
      NAME: 'n',
      PORT: 8080,
      UPSTREAM_URL: 'https://cache.nixos.org',
      ON_MISS: '404',
      CHANNELS: ['a', 'b'],
      LIMIT: undefined,
      RATE: undefined,
      SHARE: 0.5,
      PUBLIC_URL: undefined,
      WAIT: 1_000,
      ON: false,
      HEADER: undefined,
    });
  });

  it('reports all problems at once, by name and without the values', () => {
    const environment = {
      PORT: '99999',
      UPSTREAM_URL: 'ftp://secret',
      ON_MISS: 'secret',
      CHANNELS: 'a SECRET',
      LIMIT: 'secret',
      RATE: '0',
      SHARE: '101%',
      PUBLIC_URL: 'https://host/secret',
      WAIT: '0s',
      ON: 'yes',
      HEADER: 'secret: x',
    };
    const problems = (() => {
      try {
        readEnv(readers, environment);
      } catch (error) {
        if (error instanceof InvalidConfig) return error.facts.problems;
      }
      return undefined;
    })();
    expect(problems).toEqual([
      'NAME is not set',
      'PORT must be a whole number from 0 to 65535',
      'UPSTREAM_URL must be an http or https address without credentials and query',
      'ON_MISS must be one of 404, pull',
      'CHANNELS must be channel names, separated by spaces',
      'LIMIT must be a size such as 500MB or 5GiB',
      'RATE must be more than 0, such as 500kB or 10MiB',
      'SHARE must be a share such as 0.5 or 50%',
      'PUBLIC_URL must be an http or https address of a host, without a path and credentials',
      'WAIT must be a duration such as 90s, 15m or 3h',
      'ON must be true or false',
      'HEADER must be the name of a header such as CloudFront-Viewer-Country',
    ]);
  });

  it('reads the name of a header as it comes on the wire', () => {
    const header = { HEADER: optional(headerName()) };
    expect(readEnv(header, { HEADER: 'CloudFront-Viewer-Country' })).toEqual({ HEADER: 'cloudfront-viewer-country' });
  });
});

describe('sizes and durations', () => {
  it.each([
    ['5GiB', 5 * 2 ** 30],
    ['500MB', 5e8],
    ['1.5 KiB', 1536],
    ['12', 12],
    ['0', 0],
  ])('%s', (written, read) => {
    expect(parseBytes(written)).toBe(read);
  });
  it.each([
    ['90s', 90_000],
    ['3h', 10_800_000],
    ['1.5m', 90_000],
    ['7d', 604_800_000],
    ['250ms', 250],
  ])('%s', (written, read) => {
    expect(parseDuration(written)).toBe(read);
  });
  it.each([
    ['0.25', 0.25],
    ['25%', 0.25],
    ['1', 1],
    ['0', 0],
  ])('a share of %s', (SHARE, read) => {
    expect(readEnv({ SHARE: share() }, { SHARE })).toEqual({ SHARE: read });
  });
  it('refuses everything else', () => {
    fc.assert(
      fc.property(fc.string(), (written) => {
        if (!/^\d/.test(written))
          for (const parse of [parseBytes, parseDuration]) expect(() => parse(written)).toThrow();
      }),
    );
    for (const written of ['5gb', '1e3', '-1', '99999999TiB']) expect(() => parseBytes(written)).toThrow();
    for (const written of ['3', '0s', '1 week', '999999999999d']) expect(() => parseDuration(written)).toThrow();
  });
});
