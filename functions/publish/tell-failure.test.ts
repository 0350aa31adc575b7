import { memoryRecordLog } from '../../events/log-record.ts';
import { BucketFailed, LeaseLost } from '../../shared/errors.ts';
import { createFailureTeller } from './tell-failure.ts';

it('tells each code at once, and again ten seconds later if it is still so', () => {
  const clock = { ms: Date.parse('2026-11-23T00:00:00Z') };
  const now = () => new Date(clock.ms);
  const records = memoryRecordLog(now);
  const tell = createFailureTeller({ records, now });
  for (let second = 0; second < 21; second += 1) {
    tell(new BucketFailed(`at ${second}`));
    if (second === 3) tell(new LeaseLost('gone'));
    clock.ms += 1_000;
  }
  expect(records.records).toMatchObject([
    { code: 'BUCKET_FAILED', message: 'at 0' },
    { code: 'LEASE_LOST', message: 'gone' },
    { code: 'BUCKET_FAILED', message: 'at 10' },
    { code: 'BUCKET_FAILED', message: 'at 20' },
  ]);
});
