import { askedFor } from '../../shared/testing/serve-world.ts';
import { text } from './answer.ts';
import { lateSection } from './late-section.ts';

it('is loaded once, by the first who asks for what is its own', async () => {
  let loads = 0;
  const section = lateSection(
    (path) => path === '/late',
    async () => {
      loads += 1;
      return async () => text(200, 'here');
    },
  );
  expect(await section(askedFor('/nix-cache-info'))).toBeUndefined();
  expect(loads).toBe(0);
  const answers = await Promise.all([section(askedFor('/late')), section(askedFor('/late'))]);
  expect(answers).toMatchObject([{ status: 200 }, { status: 200 }]);
  expect(loads).toBe(1);
});

it('is loaded again after it could not be', async () => {
  let loads = 0;
  const section = lateSection(
    () => true,
    async () => {
      loads += 1;
      if (loads === 1) throw new Error('not now');
      return async () => text(200, 'here');
    },
  );
  await expect(section(askedFor('/late'))).rejects.toThrow('not now');
  expect(await section(askedFor('/late'))).toMatchObject({ status: 200 });
});
