import { formatStorePath } from '../../shared/nix/store-path.ts';
import { pathNamed } from '../../shared/testing/store-objects.ts';
import { readBackfillSpec } from './backfill-options.ts';

const hello = pathNamed('hello-2.12.1');
const file = import.meta.filename;

describe('readBackfillSpec', () => {
  it('reads all that can be said', () => {
    const spec = readBackfillSpec([formatStorePath(hello), hello.hash], {
      channel: ['nixos-unstable'],
      release: ['nixos/unstable/nixos-26.11pre1.abc'],
      list: [file, 'https://example.org/store-paths.xz'],
      names: ['firefox-*'],
      fromLog: ['-', file],
      limit: '10',
      rate: '200/s',
    });
    expect(spec).toMatchObject({ rate: 200, limit: 10, whole: false });
    expect(spec.sources).toMatchObject({
      channels: ['nixos-unstable'],
      paths: [hello.hash, hello.hash],
      lists: [file, 'https://example.org/store-paths.xz'],
      logs: ['-', file],
    });
  });

  it('takes releases for whole only when all of them is asked for', () => {
    const said = { channel: ['nixos-unstable'], rate: '1' };
    expect(readBackfillSpec([], said)).toMatchObject({ whole: true, limit: Number.POSITIVE_INFINITY });
    expect(readBackfillSpec([], { ...said, names: ['a*'] }).whole).toBe(false);
    expect(readBackfillSpec([], { ...said, limit: '9' }).whole).toBe(false);
  });

  it.each([
    [['hello'], {}, ['a path must be store paths or their hashes']],
    [[], {}, ['what to ask for is not said']],
    [[], { names: ['a*'] }, ['--names chooses from a list']],
    [[], { list: [file], pin: true }, ['--pin is for whole releases']],
    [[], { release: ['nixos/unstable/nixos-26.11pre1.abc'], pin: true, pathsOnly: true }, ['--pin is for whole']],
    [[], { channel: ['../etc'], release: ['x'] }, ['--channel must be', '--release must be']],
    [
      [],
      { channel: ['a'], names: ['a b/c'], limit: '0', rate: '0' },
      ['--names must be', '--limit must be', '--rate must be'],
    ],
    [[], { list: ['https://u:p@example.org/x', 'no-such-file'] }, ['--list must be', 'there is no file no-such-file']],
    [[], { fromLog: ['no-such-log'] }, ['there is no file no-such-log']],
    [[], { list: ['a'], rate: '99999/s' }, ['--rate must be', 'there is no file a']],
  ])('says all that is wrong with %p %p', (paths, said, problems) => {
    const read = () => readBackfillSpec(paths, { rate: '500/s', ...said });
    for (const problem of problems) expect(read).toThrow(problem);
    expect(read).not.toThrow('u:p');
  });
});
