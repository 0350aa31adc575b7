/** What a file bucket promises between processes: real ones, that race each other and are killed. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { bytesOf, getText } from './bucket.ts';
import { eachWithFileBucket } from './file-fixture.ts';
import { sweepTemporaryFiles } from './file-temporary.ts';

const at = eachWithFileBucket();
const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

/** A process with `bucket`, `say(line)`, and `go()`, which waits until it is told to start. */
const PRELUDE = `
  import { once } from 'node:events';
  import { fileBucket } from '${new URL('./file.ts', import.meta.url)}';
  const bucket = fileBucket(process.argv[1]);
  const me = process.argv[2];
  const say = (text) => process.stdout.write(text + '\\n');
  const go = async () => { say('ready'); await once(process.stdin, 'data'); process.stdin.unref(); };
`;

interface Other {
  readonly child: ChildProcess;
  readonly lines: AsyncIterator<string>;
}

async function startOther(script: string, name: string): Promise<Other> {
  const child = spawn(process.execPath, ['--input-type=module', '-e', PRELUDE + script, at.root, name], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  children.push(child);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  expect((await lines.next()).value).toBe('ready');
  return { child, lines };
}

/** Starts them, lets them go at once, and collects what each says last. */
async function race(script: string, names: readonly string[]): Promise<string[]> {
  const others = await Promise.all(names.map((name) => startOther(script, name)));
  for (const { child } of others) child.stdin?.write('go\n');
  return Promise.all(others.map(async ({ lines }) => (await lines.next()).value));
}

it('lets one of several processes create an object, with its own metadata', async () => {
  const won = await race(
    `await go();
     const won = [];
     for (let i = 0; i < 30; i++)
       await bucket.put('nar/' + i, 'by ' + me, { only: { ifNoneMatch: '*' }, metadata: { by: me } })
         .then(() => won.push(i), (error) => { if (error.code !== 'CONFLICT') throw error; });
     say(JSON.stringify(won));`,
    ['1', '2', '3'],
  );
  const winners = new Map<number, string>();
  for (const [i, keys] of won.entries())
    for (const key of JSON.parse(keys) as number[]) {
      expect(winners.has(key)).toBe(false);
      winners.set(key, String(i + 1));
    }
  expect(winners.size).toBe(30);
  for (const [key, by] of winners) {
    expect(await getText(at.bucket, `nar/${key}`)).toBe(`by ${by}`);
    expect((await at.bucket.head(`nar/${key}`))?.metadata).toEqual({ by });
  }
}, 30_000);

it('loses no update of processes that use if-match', async () => {
  await at.bucket.put('counter', '0');
  await race(
    `await go();
     for (let done = 0; done < 25; ) {
       const { etag, body } = await bucket.get('counter');
       let text = '';
       for await (const chunk of body) text += Buffer.from(chunk);
       await bucket.put('counter', String(Number(text) + 1), { only: { ifMatch: etag }, metadata: { by: me } })
         .then(() => done++, (error) => { if (error.code !== 'CONFLICT') throw error; });
     }
     say('done');`,
    ['1', '2', '3'],
  );
  expect(await getText(at.bucket, 'counter')).toBe('75');
}, 30_000);

it('shows only whole objects after a process was killed in the middle of puts, and what it left is swept', async () => {
  const script = `
    await go();
    bucket.put('never', (async function* () { yield Buffer.alloc(1000); await new Promise((resolve) => setTimeout(resolve, 60_000)); })());
    const writer = async (key) => {
      for (let i = 0; ; i++) {
        const version = me + '.' + i;
        await bucket.put(key, (version + ' ').repeat(20_000), { metadata: { version } });
        if (i % 3 === 2) await bucket.delete(key);
        if (i === 2) say('busy');
      }
    };
    await Promise.all(['a/1', 'a/2', 'b'].map(writer));`;
  for (let round = 1; round <= 5; round++) {
    const { child, lines } = await startOther(script, String(round));
    child.stdin?.write('go\n');
    await lines.next();
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 30));
    child.kill('SIGKILL');
    await once(child, 'exit');

    for (const key of ['a/1', 'a/2', 'b']) {
      const found = await at.bucket.get(key);
      if (found) expect((await bytesOf(found.body)).toString()).toBe(`${found.metadata.version} `.repeat(20_000));
    }
    expect(await at.bucket.head('never')).toBeUndefined();
    expect(await sweepTemporaryFiles(at.root)).toBeGreaterThan(0);
    expect(await readdir(join(at.root, '.tmp'))).toEqual([]);
    await at.bucket.put('b', 'still fine', { metadata: { version: 'mine' } });
    expect((await at.bucket.head('b'))?.metadata).toEqual({ version: 'mine' });
  }
}, 30_000);
