import { CHANNEL_FILES, checkFileName, encodingOf, isImage } from './release-file.ts';

it.each([
  'nixos-minimal-26.11pre1034395.46fdc2f2a44d-x86_64-linux.iso',
  'nixos-24.05.1.abc-x86_64-linux.ova',
  'nixos-image.img.zst',
])('%s is an image', (name) => {
  expect(isImage(name)).toBe(true);
});

it('takes nothing that a channel consists of for an image, and all of it for plain names', () => {
  for (const name of CHANNEL_FILES) {
    expect(isImage(name)).toBe(false);
    expect(checkFileName(name)).toBe(name);
  }
});

it('knows by the name what is brotli', () => {
  expect([...CHANNEL_FILES].filter(encodingOf)).toEqual(['options.json.br', 'packages.json.br']);
});
