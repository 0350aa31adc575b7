/** The chaos run's short form. `npm run chaos` is the long one, and runs one again by its seed. */
import { readEnv } from '../../shared/config/env.ts';
import { integer, optional } from '../../shared/config/readers.ts';
import { findMinio } from '../services/minio.ts';
import { describeWithUpstream } from '../support/describe-with.ts';
import { throwDice } from '../support/dice.ts';
import { runChaos } from './chaos.ts';

const KILLS = 20;
const LONGEST_MS = 300_000;
const program = await findMinio();
const itWithMinio = program === undefined ? it.skip : it;

describeWithUpstream('a mirror that is killed again and again, while upstream fails', (shared) => {
  const { CHAOS_SEED } = readEnv({ CHAOS_SEED: optional(integer(0, 2 ** 31)) });

  async function killAgainAndAgain(minio: string | undefined): Promise<void> {
    const say = (line: string): void => void process.stdout.write(`${line}\n`);
    const report = await runChaos({ shared, kills: KILLS, seed: throwDice(CHAOS_SEED).seed, minio, say });
    say(JSON.stringify(report));
    expect(Object.values(report.kills).reduce((sum, count) => sum + count, 0)).toBe(KILLS);
    expect(report.narInfos).toMatchObject({ 200: expect.any(Number) }); // it served meanwhile
  }

  it('keeps its promises and loses nothing, in directories', () => killAgainAndAgain(undefined), LONGEST_MS);

  itWithMinio(
    'keeps its promises and loses nothing, on a MinIO that is killed too',
    () => killAgainAndAgain(program),
    LONGEST_MS,
  );
});
