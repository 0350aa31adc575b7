import { formatCopyRequested, parseCopyRequested } from '../../events/copy-requested.ts';
import { noRecordLog } from '../../events/log-record.ts';
import { BucketFull, UpstreamFailed } from '../../shared/errors.ts';
import { memoryMetrics, noMetrics } from '../../shared/metrics.ts';
import { pathNamed } from '../../shared/testing/store-objects.ts';
import { createCopyMeter } from './meter.ts';
import { tellCopy, tellFailure } from './tell.ts';

const { hash } = pathNamed('hello-2.12');
const request = parseCopyRequested(formatCopyRequested({ hash }));
const ran = { request, ms: 5, receives: 1 };

describe("copy's metrics", () => {
  it('are one line for each invocation, and begin anew with the next', async () => {
    const metrics = memoryMetrics('copy');
    const meter = createCopyMeter(noRecordLog, metrics);
    const work = meter.work(async (what: string) => {
      if (what === 'waits') throw new BucketFull('no room');
      tellCopy({ ...ran, outcome: what === 'copied' ? 'copied' : 'present', met: { fileBytes: 1_000 } }, meter.records);
    });
    const handle = meter.handler(async (batch: readonly string[]) => Promise.allSettled(batch.map(work)));
    await handle(['copied', 'copied', 'present', 'waits']);
    await handle(['present']);
    const none = { Copied: 0, BytesCopied: 0, Unavailable: 0, Failed: 0, Buried: 0, Paused: 0 };
    expect(metrics.said).toMatchObject([{ ...none, Copied: 2, BytesCopied: 2_000, Paused: 1 }, none]);
    expect(metrics.said[0]?._aws.CloudWatchMetrics[0]?.Metrics).toContainEqual({ Name: 'BytesCopied', Unit: 'Bytes' });
  });

  it('count each failure, and what died of it, as failed and not as unavailable', async () => {
    const metrics = memoryMetrics('copy');
    const meter = createCopyMeter(noRecordLog, metrics);
    const failure = { message: request, error: new UpstreamFailed('503'), receives: 1, ms: 5 };
    await meter.handler(async () => {
      tellFailure({ ...failure, dead: false }, meter.records);
      tellFailure({ ...failure, dead: true }, meter.records);
      tellCopy({ ...ran, outcome: 'unavailable' }, meter.records);
    })();
    expect(metrics.said).toMatchObject([{ Failed: 2, Buried: 1, Unavailable: 1, Copied: 0 }]);
  });

  it('leave work and handler what they are', async () => {
    const meter = createCopyMeter(noRecordLog, noMetrics);
    await expect(meter.handler(async (x: number) => x + 1)(1)).resolves.toBe(2);
    await expect(meter.work(async () => Promise.reject(new UpstreamFailed('503')))()).rejects.toThrow('503');
  });
});
