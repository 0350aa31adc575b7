import { execFileSync, spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import fc from 'fast-check';
import { CACHE_NIXOS_ORG_1, type PublicKey } from '../../../shared/nix/signature.ts';
import { parseStorePathBaseName } from '../../../shared/nix/store-path.ts';
import { type DiagnoseOptions, diagnoseScript } from './script.ts';

const sample = parseStorePathBaseName('00bgd045z0d4icpbc2yyz4gx48ak44la-net-tools-1.60_p20170221182432');
const options: DiagnoseOptions = {
  mirror: 'https://cache.example.org',
  upstream: 'https://cache.nixos.org',
  keys: [CACHE_NIXOS_ORG_1],
  sample,
};
const run = (script: string, ...args: readonly string[]) =>
  spawnSync('sh', ['-s', '--', ...args], { input: script, encoding: 'utf8', timeout: 20_000 });
/** What the shell takes the assignments for. */
const assigned = (script: string): string =>
  execFileSync('sh', {
    input: `${script.replace(/^main "\$@".*$/m, '')}\nprintf '%s|' "$mirror" "$upstream" "$keys" "$sample"`,
    encoding: 'utf8',
  });

const addresses = fc.oneof(
  fc.webUrl(),
  fc.string({ unit: 'binary' }).map((text) => `https://${text}`),
  fc.stringMatching(/^https?:\/\/[a-z[\]:.1]{1,8}(:[0-9]{0,6})?(\/[a-z~%?' ]{0,3}){0,2}$/),
);
const isTaken = (mirror: string): boolean => {
  try {
    return diagnoseScript({ ...options, mirror }) !== '';
  } catch {
    return false;
  }
};

describe('the diagnose script', () => {
  it('knows its mirror, upstream, keys and sample', () => {
    expect(assigned(diagnoseScript(options))).toBe(
      `${[
        'https://cache.example.org',
        'https://cache.nixos.org',
        'cache.nixos.org-1:6NCHdD59X431o0gWypbMrAURkbJ16ZPMQFGspcDShjY=',
        '00bgd045z0d4icpbc2yyz4gx48ak44la-net-tools-1.60_p20170221182432',
      ].join('|')}|`,
    );
  });

  it('has no sample when the mirror knows none', () => {
    const { sample: _, ...rest } = options;
    expect(assigned(diagnoseScript(rest))).toMatch(/\|\|$/);
  });

  it('lets no name of a key out of its quotes', () => {
    const name = "it's$(touch\\x)`x`$&";
    const key: PublicKey = { ...CACHE_NIXOS_ORG_1, name };
    expect(assigned(diagnoseScript({ ...options, keys: [key] }))).toContain(`|${name}:6NCH`);
  });

  it.each([
    'http://127.0.0.1:8080',
    'http://[::1]:8080',
    'https://cache.example.org/nix/cache',
    'https://cache_1.example.org/~me/',
  ])('is made for a mirror at %s', (mirror) => {
    expect(diagnoseScript({ ...options, mirror })).toContain(`mirror='${mirror}'`);
  });

  it.each([
    "https://cache.example.org/'; echo",
    'https://$(id).example.org',
    'https://user:password@cache.example.org',
    'https://cache.example.org?x=1',
    'https://cache.example.org\n',
    'https://cache.example.org\nx',
    'file:///etc/passwd',
    'ftp://cache.example.org',
    'https://',
    '',
  ])('is not made for a mirror at %j', (mirror) => {
    expect(() => diagnoseScript({ ...options, mirror })).toThrow('the mirror is no plain http or https address');
    expect(() => diagnoseScript({ ...options, upstream: mirror })).toThrow('the upstream is no plain');
  });

  it('takes no address that a shell could take for more than one word', () => {
    fc.assert(fc.property(addresses, (mirror) => !isTaken(mirror) || /^[A-Za-z0-9:/._~%[\]-]+$/.test(mirror)));
  });

  it('has the same rule for addresses as the server', () => {
    const [, inShell = ''] = /^ADDRESS='(.+)'$/m.exec(diagnoseScript(options)) ?? [];
    const rule = new RegExp(`^(?:${inShell})$`);
    fc.assert(fc.property(addresses, (mirror) => rule.test(mirror) === isTaken(mirror)));
  });

  it('does nothing when it was cut on its way', () => {
    const script = diagnoseScript(options);
    for (const part of [0.2, 0.5, 0.9, 0.999]) {
      const { stdout } = run(script.slice(0, Math.floor(script.length * part)));
      expect(stdout).toBe('');
    }
  });

  it('explains itself', () => {
    expect(run(diagnoseScript(options), '--help')).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('Usage: diagnose-cache [MIRROR]') as string,
    });
  });

  it.each([
    [['--fast']],
    [['https://a.example', 'https://b.example']],
    [['https://$(id)']],
    [['https://a\nhttps://b']],
    [['']],
  ])('ends with 2 when it is called with %j', (args) => {
    expect(run(diagnoseScript(options), ...args)).toMatchObject({
      status: 2,
      stdout: '',
      stderr: expect.stringContaining('Usage:') as string,
    });
  });
});

const hasShellcheck = spawnSync('shellcheck', ['--version']).status === 0;
if (!hasShellcheck) process.stderr.write('SKIPPED, for there is no shellcheck: the diagnose script, to shellcheck\n');

(hasShellcheck ? describe : describe.skip)('the diagnose script, to shellcheck,', () => {
  const complaints = (script: string): string =>
    spawnSync('shellcheck', ['-s', 'sh', '-'], { input: script, encoding: 'utf8' }).stdout;

  it('is clean as it lies here and as it is handed out', async () => {
    expect(complaints(await readFile(new URL('./diagnose-cache.sh', import.meta.url), 'utf8'))).toBe('');
    expect(complaints(diagnoseScript(options))).toBe('');
    expect(complaints('#!/bin/sh\necho $1\n')).toContain('SC2086'); // it does complain
  });
});
