/** What most suites here need: the reference upstream running, a folder, and mirrors of it that end with the suite. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Environment } from '../../shared/config/env.ts';
import { type Buckets, directoriesIn } from './holdings.ts';
import { createInvariantChecker } from './invariants.ts';
import { launch, type Mirror, type OnceRun, runMirrorOnce, startMirror } from './mirror.ts';
import type { Program } from './program.ts';
import { type ReferenceUpstream, readReferenceUpstream } from './reference-upstream.ts';
import { makeFolder, removeFolder } from './temporary-folder.ts';
import { startUpstream, type Upstream } from './upstream.ts';

export interface World {
  readonly folder: string;
  /** Of the one mirror of this world, however often it is started. */
  readonly dataDir: string;
  readonly buckets: Buckets;
  readonly reference: ReferenceUpstream;
  readonly upstream: Upstream;
  once(environment?: Environment): Promise<OnceRun>;
  lasting(environment?: Environment): Promise<Mirror>;
  /** Not awaited until it serves. @param main what is run instead of scripts/copycat.ts */
  launch(environment?: Environment, main?: string): Program;
  /** Sentences about broken promises. No mirror may be running. */
  broken(): Promise<readonly string[]>;
  close(): Promise<void>;
}

/** Where a mirror keeps its buckets when it is not in directories of its DATA_DIR. */
export interface Place {
  readonly buckets: Buckets;
  /** What the mirror is told of them: BUCKET, STATE, AWS's variables. */
  readonly environment: Environment;
}

/** @param shared the reference folder. @param serveArgs for serve.py: faults, delays. */
export async function openWorld(shared: string, serveArgs: readonly string[] = [], place?: Place): Promise<World> {
  const reference = await readReferenceUpstream(join(shared, 'upstream/small'));
  const folder = await makeFolder();
  const upstream = await startUpstream(reference, folder, serveArgs);
  const dataDir = join(folder, 'data');
  await mkdir(dataDir);
  const started: Program[] = [];
  const checker = createInvariantChecker(reference);
  const buckets = place?.buckets ?? directoriesIn(dataDir);
  const told = (environment: Environment = {}) => ({
    dataDir,
    environment: { ...upstream.environment, ...place?.environment, ...environment },
  });
  return {
    folder,
    dataDir,
    buckets,
    reference,
    upstream,
    once: (environment) => runMirrorOnce(told(environment)),
    async lasting(environment) {
      const mirror = await startMirror(told(environment));
      started.push(mirror.program);
      return mirror;
    },
    launch(environment, main) {
      const program = launch({ ...told(environment), ...(main === undefined ? {} : { main }) });
      started.push(program);
      return program;
    },
    broken: () => checker.check(buckets),
    async close() {
      for (const program of started) program.signal('SIGKILL', 'group');
      await Promise.all(started.map(({ ended }) => ended));
      await upstream.stop();
      await removeFolder(folder);
    },
  };
}
