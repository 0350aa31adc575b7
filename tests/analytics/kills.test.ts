/** The kill run's short form. `npm run chaos -- --analytics` is the long one, and runs one again by its seed. */
import { readEnv } from '../../shared/config/env.ts';
import { integer, optional } from '../../shared/config/readers.ts';
import { describeWithClickHouse } from '../support/describe-with.ts';
import { throwDice } from '../support/dice.ts';
import { runKills } from './kills/kills.ts';

const KILLS = 5;

describeWithClickHouse('the log stream, while load and ClickHouse are killed again and again', () => {
  const { CHAOS_SEED } = readEnv({ CHAOS_SEED: optional(integer(0, 2 ** 31)) });

  it('makes exactly the rows that it must, in every table, of deliveries that repeat and overlap', async () => {
    const say = (line: string): void => void process.stdout.write(`${line}\n`);
    const report = await runKills({ kills: KILLS, seed: throwDice(CHAOS_SEED).seed, say });
    say(JSON.stringify(report));
    expect(Object.values(report.kills).reduce((sum, count) => sum + count, 0)).toBe(KILLS);
    expect(report.tries).toBeGreaterThan(report.deliveries);
  });
});
