/** Copying large NARs, several at once: no process grows with them. LARGE_NARS_BYTES=1GiB takes as much as the name says. */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream';
import { readEnv } from '../../shared/config/env.ts';
import { bytes } from '../../shared/config/readers.ts';
import { listenHostile, type Misbehave } from '../support/hostile-upstream.ts';
import { peaksInWords, watchMemory } from '../support/memory.ts';
import { runMirrorOnce } from '../support/mirror.ts';
import { makeFolder, removeFolder } from '../support/temporary-folder.ts';
import { type LargeObject, largeObject } from './large-nars.ts';

const MOST_MIB = 300;
const NARS = 6;
const COPY_MS = 600_000;
const PIECE_BYTES = 128 * 1024;

it(
  'copies large NARs, and no process passes 300 MB',
  async () => {
    const { LARGE_NARS_BYTES: total } = readEnv({ LARGE_NARS_BYTES: bytes(300_000_000) });
    const folder = await makeFolder();
    try {
      const pieces = Math.ceil(total / NARS / PIECE_BYTES);
      const objects: LargeObject[] = [];
      for (let i = 0; i < NARS; i += 1)
        objects.push(await largeObject(`large-${i}`, i % 3 === 0 ? 'xz' : 'zstd', pieces, folder));
      const upstream = await listenHostile({
        paths: objects.map(({ path }) => path),
        objects: new Map(objects.map(({ path, narInfo }) => [`${path.hash}.narinfo`, Buffer.from(narInfo)])),
        troubles: new Map(objects.map((object) => [object.narKey, streaming(object)])),
      });
      const dataDir = join(folder, 'data');
      const memory = watchMemory(dataDir);
      const environment = { ...upstream.environment, COPY_CONCURRENCY: '10', MIN_FREE_BYTES: '0' }; // one process
      const run = await runMirrorOnce({ dataDir, environment }, COPY_MS);
      await memory.stop();
      await upstream.close();
      expect(run.code).toBe(0);
      for (const { path, narKey, fileBytes } of objects) {
        expect((await stat(join(dataDir, 'cache', narKey))).size).toBe(fileBytes);
        expect((await stat(join(dataDir, 'cache', `${path.hash}.narinfo`))).isFile()).toBe(true);
      }
      process.stderr.write(`${total} bytes of NARs; most memory (MiB): ${peaksInWords(memory.peaks)}\n`);
      const names = [...memory.peaks.keys()].map((name) => name.replace(/ \d+$/, ''));
      expect(names).toEqual(expect.arrayContaining(['copycat', 'detect', 'copy', 'publish']));
      expect([...memory.peaks.values()].filter((mib) => mib > MOST_MIB)).toEqual([]);
    } finally {
      await removeFolder(folder);
    }
  },
  COPY_MS + 300_000,
);

const streaming =
  ({ file, fileBytes }: LargeObject): Misbehave =>
  ({ response }) => {
    response.writeHead(200, { 'content-length': fileBytes });
    pipeline(createReadStream(file), response, () => undefined);
  };
