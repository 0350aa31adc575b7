/** Whose `X-Forwarded-*` count (`TRUST_PROXY`): addresses and networks, such as `127.0.0.1 10.0.0.0/8 fd00::/8`. */
import { BlockList, isIP } from 'node:net';

export interface TrustedProxies {
  has(address: string | undefined): boolean;
}

/** @throws {RangeError} for what is no address and no network. */
export function parseNetwork(text: string): string {
  const [address = '', bits, ...more] = text.split('/');
  const family = isIP(address);
  if (family === 0 || more.length > 0) throw new RangeError('not an address');
  if (bits !== undefined && !(/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128)))
    throw new RangeError('not a prefix length');
  return text;
}

export function trustedProxies(networks: readonly string[]): TrustedProxies {
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', bits] = network.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    if (bits === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(bits), family);
  }
  return {
    has(address) {
      if (address === undefined || networks.length === 0) return false;
      const plain = address.replace(/^::ffff:(?=\d+\.)/i, ''); // IPv4 on a socket for both
      return list.check(plain, isIP(plain) === 6 ? 'ipv6' : 'ipv4');
    },
  };
}
