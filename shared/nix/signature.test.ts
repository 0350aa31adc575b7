import { generateKeyPairSync } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Malformed } from '../errors.ts';
import { describeWithReference } from '../testing/reference.ts';
import { type NarInfo, parseNarInfo } from './narinfo.ts';
import {
  CACHE_NIXOS_ORG_1,
  fingerprint,
  type PublicKey,
  parsePublicKey,
  parseSecretKey,
  type SecretKey,
  signatureOf,
  verifiedBy,
} from './signature.ts';

const HASH = 'sha256:0lxjvvpr59c2mdram7ympy5ay741f180kv3349hvfc3f8nrmbqf6';
const HELLO = '00bgd045z0d4icpbc2yyz4gx48ak44la-hello-2.12.1';
const GLIBC = '7gx4kiv5m0i7d7qkixq2cwzbr10lvxwc-glibc-2.27';
const NAR_INFO = parseNarInfo(
  `StorePath: /nix/store/${HELLO}\nURL: nar/a.nar\nNarHash: ${HASH}\nNarSize: 464152\nReferences: ${GLIBC} ${HELLO} ${GLIBC}\n`,
);

function keyPair(name: string): { publicKey: PublicKey; secretKey: SecretKey } {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  return { publicKey: { name, key: publicKey }, secretKey: { name, key: privateKey } };
}

describe('a fingerprint', () => {
  it('has the references as full paths, each once, in the order of their bytes', () => {
    expect(fingerprint(NAR_INFO)).toBe(`1;/nix/store/${HELLO};${HASH};464152;/nix/store/${HELLO},/nix/store/${GLIBC}`);
  });

  it('has the hash in nix32, however it was written', () => {
    const hex = parseNarInfo(NAR_INFO.text.replace(HASH, `sha256:${'00'.repeat(32)}`));
    expect(fingerprint(hex)).toContain(`;sha256:${'0'.repeat(52)};`);
  });

  it('ends with nothing when there are no references', () => {
    expect(fingerprint({ ...NAR_INFO, references: [] })).toMatch(/;464152;$/);
  });
});

describe('verifiedBy', () => {
  const ours = keyPair('ours-1');
  const other = keyPair('other-1');
  const sig = signatureOf(NAR_INFO, ours.secretKey);
  const withSigs = (...sigs: readonly string[]): NarInfo => ({ ...NAR_INFO, sigs });

  it('names the key that signed', () => {
    expect(verifiedBy(withSigs(sig), [other.publicKey, ours.publicKey])).toBe('ours-1');
  });

  it('names the first of several keys that signed', () => {
    const both = withSigs(signatureOf(NAR_INFO, other.secretKey), sig);
    expect(verifiedBy(both, [ours.publicKey, other.publicKey])).toBe('ours-1');
  });

  it('finds the good signature among those that are not', () => {
    const bad = `ours-1:${'A'.repeat(86)}==`;
    expect(verifiedBy(withSigs('', 'x', ':', 'ours-1:', 'ours-1:A', bad, sig), [ours.publicKey])).toBe('ours-1');
  });

  it('tries all keys of one name', () => {
    const renewed = { ...keyPair('ours-1').publicKey };
    expect(verifiedBy(withSigs(sig), [renewed, ours.publicKey])).toBe('ours-1');
  });

  it.each([
    ['no signature', withSigs()],
    ['a signature under another name', withSigs(sig.replace('ours-1', 'theirs-1'))],
    [
      'a signature by another key of the same name',
      withSigs(signatureOf(NAR_INFO, { ...other.secretKey, name: 'ours-1' })),
    ],
    ['another path', { ...withSigs(sig), storePath: { ...NAR_INFO.storePath, name: 'hello-2.12.2' } }],
    ['another size', { ...withSigs(sig), narSize: 464_153 }],
    ['another hash', { ...withSigs(sig), narHash: parseNarInfo(NAR_INFO.text.replace('0lxj', '0mxj')).narHash }],
    ['a reference less', { ...withSigs(sig), references: NAR_INFO.references.slice(0, 1) }],
  ])('names none for %s', (_what, narInfo) => {
    expect(verifiedBy(narInfo, [ours.publicKey])).toBeUndefined();
  });

  it('names none without keys', () => {
    expect(verifiedBy(withSigs(sig), [])).toBeUndefined();
  });

  it('does not mind what the signature does not cover', () => {
    const elsewhere: NarInfo = { ...withSigs(sig), url: 'nar/b.nar', compression: 'zstd' };
    expect(verifiedBy(elsewhere, [ours.publicKey])).toBe('ours-1');
  });
});

describe('keys', () => {
  it.each([
    '',
    'x',
    'name:',
    ':6NCHdD59X431o0gWypbMrAURkbJ16ZPMQFGspcDShjY=',
    'name:AAAA',
    'a b:6NCHdD59X431o0gWypbMrAURkbJ16ZPMQFGspcDShjY=',
  ])('are not read from %j', (text) => {
    expect(() => parsePublicKey(text)).toThrow(Malformed);
    expect(() => parseSecretKey(text)).toThrow(Malformed);
  });

  it('that are secret and malformed are not repeated in the error', () => {
    expect(() => parseSecretKey('name:c2VjcmV0')).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('c2V') }),
    );
  });

  it('that are secret with another’s public half are refused', () => {
    const [one, two] = [keyPair('a'), keyPair('b')].map(({ secretKey }) => secretKey.key.export({ format: 'jwk' }));
    const mixed = Buffer.concat([Buffer.from(one?.d ?? '', 'base64url'), Buffer.from(two?.x ?? '', 'base64url')]);
    expect(() => parseSecretKey(`name:${mixed.toString('base64')}`)).toThrow(Malformed);
  });
});

describeWithReference('real signatures', (reference) => {
  const narInfoDir = join(reference, 'data/narinfo');

  it('of cache.nixos.org verify, all 710 of them', () => {
    const texts = readFileSync(join(narInfoDir, 'signed.txt'), 'utf8').trim().split(/\n\n+/);
    const signers = texts.map((text) => verifiedBy(parseNarInfo(`${text}\n`), [CACHE_NIXOS_ORG_1]));
    expect(signers).toHaveLength(710);
    expect(new Set(signers)).toEqual(new Set(['cache.nixos.org-1']));
  });

  it('that are missing, edited or of other keys never verify', () => {
    const index = JSON.parse(readFileSync(join(narInfoDir, 'edge/index.json'), 'utf8')) as {
      file: string;
      status: string;
    }[];
    const statuses = index.flatMap(({ file, status }) => {
      try {
        const narInfo = parseNarInfo(readFileSync(join(narInfoDir, 'edge', file)));
        expect(verifiedBy(narInfo, [CACHE_NIXOS_ORG_1])).toBeUndefined();
        expect(narInfo.sigs.length > 0).toBe(status !== 'unsigned');
        return [status.split(' ')[0]];
      } catch (error) {
        if (error instanceof Malformed) return []; // see narinfo.test.ts
        throw error;
      }
    });
    expect(new Set(statuses)).toEqual(new Set(['unsigned', 'other-sig', 'cno-bad']));
  });

  it('of the small upstream verify with its key, and our signature is the same as Nix made it', () => {
    const small = join(reference, 'upstream/small');
    const key = parsePublicKey(readFileSync(join(small, 'keys/public'), 'utf8'));
    const secret = parseSecretKey(readFileSync(join(small, 'keys/secret'), 'utf8'));
    const files = readdirSync(join(small, 'cache')).filter((name) => name.endsWith('.narinfo'));
    expect(files).toHaveLength(186);
    for (const file of files) {
      const narInfo = parseNarInfo(readFileSync(join(small, 'cache', file)));
      expect(verifiedBy(narInfo, [key])).toBe('test-upstream-1');
      expect(signatureOf(narInfo, secret)).toBe(narInfo.sigs[0]);
    }
  });
});
