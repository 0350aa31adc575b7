import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readSample } from './sample.ts';

const samples = new URL('../../events/samples', import.meta.url).pathname;

describe('readSample', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sample-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('reads one of events/samples by its name, with its messages', () => {
    const { stage, bodies } = readSample('copy.one-path', samples);
    expect(stage).toBe('copy');
    expect(bodies).toEqual([expect.stringContaining('"type":"copy-requested"')]);
  });

  it('knows an event that is none of a queue', () => {
    expect(readSample('publish.scheduled.json', samples)).toMatchObject({ stage: 'publish', bodies: undefined });
  });

  it('reads a file', async () => {
    const file = join(folder, 'copy.of-today.json');
    await writeFile(
      file,
      JSON.stringify({
        Records: [
          { eventSource: 'aws:sqs', body: 'a' },
          { eventSource: 'aws:sqs', body: 'b' },
        ],
      }),
    );
    expect(readSample(file, samples)).toMatchObject({ stage: 'copy', bodies: ['a', 'b'] });
  });

  it('refuses what is not there, or no JSON', async () => {
    const file = join(folder, 'copy.torn.json');
    await writeFile(file, '{"Records":');
    for (const name of ['copy.nothing', file]) expect(() => readSample(name, samples)).toThrow(/no sample|not JSON/);
  });
});
