import { PassThrough } from 'node:stream';
import type { ReleaseProgress } from './progress.ts';
import { plainScreen, screenOf } from './screen.ts';

const release = (channel: string, fields: Partial<ReleaseProgress> = {}): ReleaseProgress => ({
  ...{ release: `nixos/${channel}/1`, channel, listed: 1_500, done: 1_200, bytes: 0, bytesPerSecond: 0 },
  ...fields,
});

describe('plainScreen', () => {
  const shown = (...frames: readonly (readonly ReleaseProgress[])[]): string => {
    let text = '';
    const screen = plainScreen((more) => {
      text += more;
    });
    for (const frame of frames) screen.show(frame);
    return text;
  };

  it('says how far a release has come, and when it will be here', () => {
    const under = release('nixos-unstable', { bytes: 3_000_000, bytesPerSecond: 500_000, leftMs: 90_000 });
    expect(shown([under])).toBe(
      'copy     nixos-unstable: 1,200 of 1,500 store paths, 3.00 MB, 500.0 kB/s, about 90 s left\n',
    );
  });

  it('does not repeat itself', () => {
    const one = release('nixos-unstable');
    expect(shown([one], [one], [{ ...one, done: 1_201 }])).toBe(
      'copy     nixos-unstable: 1,200 of 1,500 store paths\ncopy     nixos-unstable: 1,201 of 1,500 store paths\n',
    );
  });

  it('tells two releases of a channel from each other', () => {
    const [one, two] = [release('nixos-unstable'), release('nixos-unstable', { release: 'nixos/unstable/2' })];
    expect(shown([one, two])).toContain('copy     nixos/unstable/2: ');
  });
});

describe('a terminal', () => {
  const terminal = () => {
    const stream = Object.assign(new PassThrough({ encoding: 'utf8' }), {
      isTTY: true,
      columns: 100,
      ...{ cursorTo: () => true, moveCursor: () => true, clearLine: () => true, clearScreenDown: () => true },
    }) as unknown as NodeJS.WriteStream & PassThrough;
    return { stream, text: (): string => (stream.read() as string | null) ?? '' };
  };

  it('has a bar for each release, and loses no line that is said meanwhile', () => {
    const { stream, text } = terminal();
    const screen = screenOf(stream);
    screen.say('before\n');
    screen.show([release('nixos-unstable'), release('nixpkgs-unstable')]);
    screen.say('between\n');
    screen.show([]);
    screen.say('after\n');
    screen.end();
    const seen = text();
    expect(seen).toMatch(/before[\s\S]*nixos-unstable .*1200\/1500[\s\S]*nixpkgs-unstable .*1200\/1500/);
    expect(seen).toMatch(/between[\s\S]*after/);
  });
});
