/** Hard days in their short form. `npm run chaos -- --days` lives the long ones, and one again by its seed. */
import { readEnv } from '../../shared/config/env.ts';
import { integer, optional } from '../../shared/config/readers.ts';
import { findMinio } from '../services/minio.ts';
import { describeWithUpstream } from '../support/describe-with.ts';
import { throwDice } from '../support/dice.ts';
import { DAYS } from './hard-days/days.ts';

const LONGEST_MS = 300_000;
const minio = await findMinio();

describeWithUpstream('a mirror that lives through a hard day', (shared) => {
  const { CHAOS_SEED } = readEnv({ CHAOS_SEED: optional(integer(0, 2 ** 31)) });
  const say = (line: string): void => void process.stdout.write(`${line}\n`);

  for (const day of DAYS) {
    const impossible = day.impossible({ minio });
    if (impossible !== undefined) process.stderr.write(`SKIPPED: ${day.name} ${impossible}\n`);
    (impossible === undefined ? it : it.skip)(
      `${day.trouble}: it keeps its promises, loses nothing and accounts for every failure`,
      async () => {
        const report = await day.run({ shared, seed: throwDice(CHAOS_SEED).seed, size: 'short', minio, say });
        say(JSON.stringify(report));
      },
      LONGEST_MS,
    );
  }
});
