/** What most suites here need: the reference upstream running, a folder, and mirrors of it that end with the suite. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Environment } from '../../shared/config/env.ts';
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
  readonly reference: ReferenceUpstream;
  readonly upstream: Upstream;
  once(environment?: Environment): Promise<OnceRun>;
  lasting(environment?: Environment): Promise<Mirror>;
  /** Not awaited until it serves. */
  launch(environment?: Environment): Program;
  /** Sentences about broken promises. No mirror may be running. */
  broken(): Promise<readonly string[]>;
  close(): Promise<void>;
}

/** @param shared the reference folder. @param serveArgs for serve.py: faults, delays. */
export async function openWorld(shared: string, serveArgs: readonly string[] = []): Promise<World> {
  const reference = await readReferenceUpstream(join(shared, 'upstream/small'));
  const folder = await makeFolder();
  const upstream = await startUpstream(reference, folder, serveArgs);
  const dataDir = join(folder, 'data');
  await mkdir(dataDir);
  const started: Program[] = [];
  const checker = createInvariantChecker(reference);
  const told = (environment: Environment = {}) => ({
    dataDir,
    environment: { ...upstream.environment, ...environment },
  });
  return {
    folder,
    dataDir,
    reference,
    upstream,
    once: (environment) => runMirrorOnce(told(environment)),
    async lasting(environment) {
      const mirror = await startMirror(told(environment));
      started.push(mirror.program);
      return mirror;
    },
    launch(environment) {
      const program = launch(told(environment));
      started.push(program);
      return program;
    },
    broken: () => checker.check(dataDir),
    async close() {
      for (const program of started) program.signal('SIGKILL', 'group');
      await Promise.all(started.map(({ ended }) => ended));
      await upstream.stop();
      await removeFolder(folder);
    },
  };
}
