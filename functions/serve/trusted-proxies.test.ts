import { parseNetwork, trustedProxies } from './trusted-proxies.ts';

it.each([
  ['127.0.0.1', true],
  ['::ffff:127.0.0.1', true], // IPv4 on a socket for both
  ['10.200.3.4', true],
  ['fd00::7', true],
  ['11.0.0.1', false],
  ['fe80::1', false],
  [undefined, false],
])('%s', (address, expected) => {
  expect(trustedProxies(['127.0.0.1', '10.0.0.0/8', 'fd00::/8']).has(address)).toBe(expected);
});

it('trusts nobody unless told', () => {
  expect(trustedProxies([]).has('127.0.0.1')).toBe(false);
});

it.each(['localhost', '10.0.0.0/33', '10.0.0.0/x', '10.0.0.0/8/8', '', '::/129', '1.2.3'])('refuses %s', (text) => {
  expect(() => parseNetwork(text)).toThrow(RangeError);
});
