/**
 * What `serverless deploy` is told so that it reaches an emulator of AWS and nothing else: an address that is said and is not AWS's
 * own, and credentials that open nothing when the user has said none.
 */
import { type Environment, readEnv } from '../shared/config/env.ts';
import { parsed } from '../shared/config/readers.ts';
import { InvalidConfig, Malformed } from '../shared/errors.ts';
import { credentialsFor, withoutEmpty } from './environment.ts';

/** @throws {InvalidConfig} when it might reach AWS, or would reach nobody. */
export function emulatorEnvironment(inherited: Environment): Environment {
  const said = withoutEmpty(inherited);
  if (said.AWS_IGNORE_CONFIGURED_ENDPOINT_URLS?.toLowerCase() === 'true')
    throw new InvalidConfig(['AWS_IGNORE_CONFIGURED_ENDPOINT_URLS is true: AWS_ENDPOINT_URL would be ignored']);
  // One for a service alone comes before the one for all.
  const names = Object.keys(said).filter((name) => name.startsWith('AWS_ENDPOINT_URL_'));
  const endpoints = ['AWS_ENDPOINT_URL', ...names].map((name) => [name, endpoint] as const);
  return { ...said, ...credentialsFor(said), ...readEnv(Object.fromEntries(endpoints), said) };
}

const endpoint = parsed('the address of an emulator, not of AWS: http://127.0.0.1:4566', parseEmulatorUrl);

const AWS = /(^|\.)(amazonaws\.com(\.cn)?|api\.aws|on\.aws|api\.amazonwebservices\.com\.cn)$/;

function parseEmulatorUrl(text: string): string {
  const url = URL.parse(text);
  if (!url || !/^https?:$/.test(url.protocol)) throw new Malformed('not an http or https address');
  if (AWS.test(url.hostname.replace(/\.$/, ''))) throw new Malformed('this is AWS itself');
  if (url.hostname === 'localhost') url.hostname = '127.0.0.1'; // with a name, the SDK makes one of its own for each bucket
  return url.origin;
}
