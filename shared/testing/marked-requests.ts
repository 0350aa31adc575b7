/**
 * Requests to every route of serve, each full of what must never be written down, and how to find it again: addresses, credentials,
 * what a user may have chosen, and the names of what is not here.
 */
import { request } from 'node:http';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { pathNamed } from './store-objects.ts';

/** Of whoever asks. The last one is where the connection comes from. */
const ADDRESSES = ['203.0.113.77', '2001:db8::77', '2001:0db8', '127.0.0.77'] as const;
const [V4, V6, , SOCKET] = ADDRESSES;
const PASSWORD = 'marked-password';
const BASIC = Buffer.from(`marked-user:${PASSWORD}`).toString('base64');

const missed = pathNamed('marked-private-build-1.0');
/** Names of what is not here: only its asker knows them. */
const MISSED = [missed.hash, missed.name, 'feedfacefeedface', '0mark0mark0mark', 'marked-place'] as const;
const [HASH, NAME, BUILD_ID, NAR, PLACE] = MISSED;

/** What no page and no answer may show. */
export const PERSONAL: readonly string[] = [
  ...ADDRESSES,
  BASIC,
  PASSWORD,
  'marked-user',
  'marked-cookie',
  'marked-signature',
  'marked-token',
  'marked-referer',
  'marked-suffix',
  'marked-mailbox',
  'Markedtown',
  'marked-asn',
  'marked-fingerprint',
];

/** What no record, no line of a log and no table may hold. */
export const MARKS: readonly string[] = [...PERSONAL, ...MISSED, 'marked-tag'];

/** Those that a text holds. */
export function marksIn(text: string, marks: readonly string[] = MARKS): readonly string[] {
  const found = text.toLowerCase();
  return marks.filter((mark) => found.includes(mark.toLowerCase()));
}

/** What is here, so that it can be asked for. */
export interface Held {
  readonly hash: string;
  /** `nar/<file>` */
  readonly narKey: string;
  /** `<hash>-<name>.drv`, with a log. */
  readonly drv: string;
  readonly buildId: string;
  readonly release: string;
  /** A file of the release. */
  readonly file: string;
  readonly channel: string;
}

export interface MarkedRequest {
  readonly method: string;
  /** With a query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** In lower case, as both wires have them. */
export const MARKED_HEADERS: Readonly<Record<string, string>> = {
  'x-forwarded-for': `${V4}, ${V6}`,
  forwarded: `for=${V4};proto=https, for="[${V6}]"`,
  'cloudfront-viewer-address': `${V4}:443`,
  'cloudfront-viewer-country': 'DE',
  'cloudfront-viewer-city': 'Markedtown',
  'cloudfront-viewer-asn': 'marked-asn',
  'cloudfront-viewer-ja3-fingerprint': 'marked-fingerprint',
  'x-real-ip': V4,
  'true-client-ip': V6,
  'client-ip': V4,
  'cf-connecting-ip': V6,
  authorization: `Basic ${BASIC}`,
  'proxy-authorization': `Bearer marked-token`,
  cookie: 'session=marked-cookie',
  referer: `https://marked-referer.example/?from=${V4}`,
  from: 'marked-mailbox@example.org',
  'user-agent': 'curl/8.14.1 Nix/2.31.2 marked-suffix',
};
const QUERY = `?X-Amz-Signature=marked-signature&token=marked-token&user=marked-user&password=${PASSWORD}`;

export function markedRequests({ hash, narKey, drv, buildId, release, file, channel }: Held): readonly MarkedRequest[] {
  const paths = [
    '/nix-cache-info',
    `/${hash}.narinfo`,
    `/${HASH}.narinfo`,
    `/${narKey}`,
    `/nar/${NAR}.nar.xz`,
    `/${hash}.ls`,
    `/${HASH}.ls`,
    `/log/${drv}`,
    `/log/${HASH}-${NAME}.drv`,
    `/log/${HASH}-${NAME}`,
    `/debuginfo/${buildId}`,
    `/debuginfo/${BUILD_ID}`,
    `/realisations/sha256:${BUILD_ID.repeat(4)}!out.doi`,
    `/build-trace-v2/${HASH}-${NAME}.drv/out.doi`,
    `/releases/${release}`,
    `/releases/${release}/${file}`,
    `/releases/${release}/${PLACE}`,
    `/channels/${channel}`,
    `/channels/${channel}/${file}`,
    `/channels/${PLACE}`,
    '/flake-registry.json',
    '/diagnose-cache',
    '/diagnose-cache.tar.gz',
    '/',
    '/what-is-counted',
    '/analytics',
    '/packages',
    `/packages/${PLACE}`,
    '/favicon.svg',
    '/channels',
    '/channels.atom',
    '/paths',
    `/paths/${hash}`,
    `/paths/${HASH}`,
    `/paths/${PLACE}`,
    '/api/status',
    `/api/paths/${hash}`,
    `/api/paths/${HASH}`,
    '/api/missing',
    '/healthz',
    '/metrics',
    '/api',
    '/api/traffic',
    `/api/packages/${PLACE}`,
    `/api/packages/${NAME}/daily.csv`,
    `/api/badges/${NAME}/downloads`,
    `/api/${PLACE}`,
    `/${PLACE}`,
    `/${PLACE}/%ff`,
  ].map((path) => path + QUERY);
  const asked = (method: string, path: string, more: Readonly<Record<string, string>> = {}): MarkedRequest => ({
    method,
    path,
    headers: { ...MARKED_HEADERS, ...more },
  });
  return [
    ...paths.flatMap((path) => [asked('GET', path), asked('HEAD', path)]),
    asked('GET', `/paths?q=/nix/store/${HASH}-${NAME}`),
    asked('GET', '/api/missing'),
    asked('GET', '/api/traffic'),
    asked('GET', `/api/packages/${NAME}`),
    asked('GET', `/api/packages.csv?q=${PLACE}`),
    asked('GET', `/api/badges/${NAME}/downloads`),
    asked('GET', `/metrics${QUERY}`, { authorization: 'Bearer marked-token' }),
    asked('GET', `/${hash}.narinfo`, { 'if-none-match': '"marked-tag"' }),
    asked('GET', `/${narKey}`, { range: 'bytes=1-', 'if-range': '"marked-tag"' }),
    asked('GET', `/${narKey}`, { range: 'bytes=1-2' }),
    asked('GET', `/${narKey}`, { range: 'bytes=99999999999-' }),
    ...['POST', 'PUT', 'DELETE', 'OPTIONS', 'PROPFIND'].map((method) => asked(method, `/${HASH}.narinfo${QUERY}`)),
  ];
}

export interface MarkedAnswer {
  readonly status: number;
  readonly headers: string;
  /** Bytes as latin1. */
  readonly body: string;
}

/** By HTTP, from an address of its own (all of 127.0.0.0/8 is the loopback, on Linux). */
export const sendMarked = (
  url: string,
  { method, path, headers }: MarkedRequest,
  localAddress: string = SOCKET,
): Promise<MarkedAnswer> =>
  new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url);
    const sent = request({ hostname, port, path, method, headers, localAddress, agent: false }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('error', reject);
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('end', () =>
        resolve({
          status: answer.statusCode ?? 0,
          headers: answer.rawHeaders.join('\n'),
          body: Buffer.concat(chunks).toString('latin1'),
        }),
      );
    });
    sent.on('error', reject).end();
  });

/** As a function URL hands it on. */
export function markedEvent({ method, path, headers }: MarkedRequest): APIGatewayProxyEventV2 {
  const [rawPath = '', rawQueryString = ''] = path.split('?');
  const userAgent = headers['user-agent'] ?? '';
  const http = { method, path: rawPath, protocol: 'HTTP/1.1', sourceIp: V6, userAgent };
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath,
    rawQueryString,
    cookies: ['session=marked-cookie'],
    queryStringParameters: Object.fromEntries(new URLSearchParams(rawQueryString)),
    headers: { host: 'abcdefghij.lambda-url.us-east-1.on.aws', ...headers },
    requestContext: {
      accountId: 'anonymous',
      apiId: 'abcdefghij',
      domainName: 'abcdefghij.lambda-url.us-east-1.on.aws',
      domainPrefix: 'abcdefghij',
      http,
      requestId: '1c7c1c3c-7f4b-4c41-9d0e-000000000000',
      routeKey: '$default',
      stage: '$default',
      time: '23/Nov/2026:03:00:00 +0000',
      timeEpoch: 1_795_402_800_000,
    },
    isBase64Encoded: false,
  };
}
