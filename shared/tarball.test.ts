import { execFileSync } from 'node:child_process';
import { tarballOf } from './tarball.ts';

const files = [
  { path: 'top/default.nix', contents: 'true\n' },
  { path: 'top/bin/run', contents: Buffer.from('x'.repeat(512)), executable: true },
  { path: 'top/empty', contents: '' },
];
const tar = (...args: readonly string[]): string =>
  execFileSync('tar', args, { input: tarballOf(files, 86_400), encoding: 'utf8', env: { ...process.env, TZ: 'UTC' } });

describe('a tarball', () => {
  it('is read by tar: names, dates, and who may be run', () => {
    const lines = tar('-tvf', '-').trim().split('\n');
    expect(
      lines.map((line) => line.split(/\s+/)).map(([mode, , size, day, , path]) => [mode, size, day, path]),
    ).toEqual([
      ['-rw-r--r--', '5', '1970-01-02', 'top/default.nix'],
      ['-rwxr-xr-x', '512', '1970-01-02', 'top/bin/run'],
      ['-rw-r--r--', '0', '1970-01-02', 'top/empty'],
    ]);
  });

  it('holds what it was given', () => {
    expect(tar('-xOf', '-')).toBe(`true\n${'x'.repeat(512)}`);
  });

  it('refuses a path that its header can’t hold, rather than cut it', () => {
    expect(() => tarballOf([{ path: `top/${'x'.repeat(97)}`, contents: '' }], 0)).toThrow(RangeError);
  });
});
