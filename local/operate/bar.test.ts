import { plainBar } from './bar.ts';

it('says how far something has come, now and then and not each time', () => {
  let now = 0;
  let said = '';
  const bar = plainBar(
    (text) => {
      said += text;
    },
    () => now,
  );
  for (now = 0; now <= 11_000; now += 100) bar.show('asked for', now, 20_000);
  expect(said).toBe('asked for: 5,000 of 20,000\nasked for: 10,000 of 20,000\n');
  now += 5_000;
  bar.show('letters', 12, 0);
  expect(said).toMatch(/letters: 12\n$/);
});
