import { announcing, metadataOfWhole, tornObjects } from './s3-whole.ts';

describe('what a stream announces', () => {
  it('is the caller’s metadata again, where all of it has come', () => {
    const metadata = { 'nar-hash': 'sha256:0lxj0pnb' };
    expect(metadataOfWhole(announcing(metadata, 5), 5)).toEqual(metadata);
    expect(metadataOfWhole(announcing({}, 0), 0)).toEqual({});
  });

  it('is not met by an object of another size', () => {
    for (const size of [0, 4, 6]) expect(metadataOfWhole(announcing({ a: 'b' }, 5), size)).toBeUndefined();
  });

  it('is nothing to an object that came otherwise', () => {
    expect(metadataOfWhole({ a: 'b' }, 17)).toEqual({ a: 'b' });
  });
});

it('a torn object may be replaced once by who has met it', () => {
  const torn = tornObjects();
  expect(torn.take('nar/a')).toBeUndefined();
  torn.met('nar/a', '"1"');
  expect([torn.take('nar/a'), torn.take('nar/a')]).toEqual(['"1"', undefined]);
});
