import { BucketFailed } from '../../shared/errors.ts';
import { serveWorld } from '../../shared/testing/serve-world.ts';
import { troubleOf } from './trouble.ts';

const hash = '0'.repeat(32);
const facts = { bucket: 's3://copycat', operation: 'get', key: `${hash}.narinfo`, answer: 'ECONNREFUSED' };
const failure = new BucketFailed(`s3://copycat did not get ${hash}.narinfo: ECONNREFUSED`, facts);

it('says what did not work, and not for which path', () => {
  expect(troubleOf(failure)).toEqual({
    code: 'BUCKET_FAILED',
    verdict: 'retry',
    message: 's3://copycat did not get: ECONNREFUSED',
    facts: { bucket: 's3://copycat', operation: 'get', answer: 'ECONNREFUSED' },
  });
});

it('leaves no hash that was asked for in the log, however often and of whatever kind', async () => {
  const refuse = () => Promise.reject(failure);
  const { ask, log } = serveWorld({ read: { name: 's3://copycat', head: refuse, get: refuse } });
  for (const path of [`/${hash}.narinfo`, `/${hash}.ls`, `/nar/${hash}.nar.xz`, `/log/${hash}-x.drv`])
    for (let i = 0; i < 4; i += 1) await ask(path);
  expect(log.lines.length).toBeGreaterThan(3);
  expect(JSON.stringify(log.lines)).not.toContain(hash);
});
