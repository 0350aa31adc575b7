/**
 * What a newcomer does: `npm start`, Ctrl-C, `npm start` again. A wrong configuration is in scripts/start.test.ts, and a second
 * runtime on the same DATA_DIR in local/runtime.test.ts.
 */
import { fileURLToPath } from 'node:url';
import { describeWithUpstream } from '../support/describe-with.ts';
import { until } from '../support/eventually.ts';
import { readHoldings } from '../support/holdings.ts';
import { untilReady } from '../support/mirror.ts';
import { processesOf } from '../support/processes.ts';
import { type Program, startProgram } from '../support/program.ts';
import { closureOf } from '../support/reference-upstream.ts';
import { openWorld, type World } from '../support/world.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const STOP_MS = 30_000;
const COPY_MS = 60_000;

describeWithUpstream('npm start', (shared) => {
  let world: World;
  let started: Program[];
  beforeEach(async () => {
    world = await openWorld(shared, ['--latency-ms', '200']);
    started = [];
  });
  afterEach(async () => {
    for (const program of started) program.signal('SIGKILL', 'group');
    await world.close();
  });

  function npmStart(): Program {
    const environment = { ...world.upstream.environment, DATA_DIR: world.dataDir, PORT: '0', HOME: world.folder };
    const program = startProgram('npm', ['--prefix', ROOT, 'start'], environment);
    started.push(program);
    return program;
  }
  const visible = async (): Promise<number> => (await readHoldings(world.buckets)).visible.size;
  const staged = async (): Promise<number> => (await readHoldings(world.buckets)).staged.length;

  it('says where it serves, the lines for nix.conf, and a line for each stage', async () => {
    const program = npmStart();
    const url = await untilReady(program);
    await until('a release to settle', async () => program.out().includes('settled'), COPY_MS);
    const said = program.out();
    expect(said).toContain(`substituters = ${url} ${world.upstream.url}/cache\n`);
    expect(said).toContain(`trusted-public-keys = ${world.reference.publicKey}\n`);
    for (const stage of ['detect', 'copy', 'publish']) expect(said).toMatch(new RegExp(`^${stage} +\\S`, 'm'));
  });

  it('stops cleanly on Ctrl-C, leaves no process behind, and started again goes on where it was', async () => {
    const first = npmStart();
    await untilReady(first);
    await until('a part of the paths to be copied', async () => (await staged()) + (await visible()) > 20, COPY_MS);
    await pressCtrlC(first);
    expect(await world.broken()).toEqual([]);
    const held = await heldNars();
    expect(held.size).toBeGreaterThan(0);
    const asked = (await requestedNars()).length;

    const second = npmStart();
    await untilReady(second);
    const { reference } = world;
    const listed = reference.releases.filter(({ step }) => step === 0).flatMap((release) => release.listed);
    const needed = closureOf(reference, listed).size;
    await until('everything to be here', async () => (await visible()) === needed, COPY_MS);
    await pressCtrlC(second);
    expect(await world.broken()).toEqual([]);
    expect((await requestedNars()).slice(asked).filter((url) => held.has(url))).toEqual([]);
  });

  /** How npm itself ends is npm's affair: it dies of the signal that its group got. */
  async function pressCtrlC(program: Program): Promise<void> {
    program.signal('SIGINT', 'group');
    await until('all processes to end', async () => (await processesOf(world.dataDir)).length === 0, STOP_MS);
    await program.end(STOP_MS);
    expect(program.out()).toMatch(/^stopping: /m);
    expect(program.errors()).not.toMatch(/error/i);
  }

  const requestedNars = async (): Promise<readonly string[]> =>
    (await world.upstream.requests()).map(({ url }) => url).filter((url) => url.startsWith('/cache/nar/'));

  const heldNars = async (): Promise<ReadonlySet<string>> => {
    const { keys } = await readHoldings(world.buckets);
    return new Set([...keys].filter((key) => key.startsWith('nar/')).map((key) => `/cache/${key}`));
  };
});
