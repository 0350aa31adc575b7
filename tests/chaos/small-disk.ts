/** A file system of its own, so small that it gets full: a tmpfs, which only root can mount. */
import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, rmdirSync } from 'node:fs';
import { mkdir, rm, statfs, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

export interface SmallDisk {
  /** Fills it up to so many bytes that are left; what is written there before goes away. */
  leaveFree(bytes: number): Promise<void>;
  /** Takes away what filled it. */
  makeRoom(): Promise<void>;
  free(): Promise<number>;
  unmount(): Promise<void>;
}

const run = promisify(execFile);
const TMPFS = ['-t', 'tmpfs', 'copycat-chaos'];
const BALLAST = 'ballast';
const CHUNK = 64 * 1024;

/** Why none can be had here, by trying it; undefined when one can. A container's root may not mount, either. */
export function whyNoSmallDisk(): string | undefined {
  if (process.getuid?.() !== 0) return 'needs root, to mount a small file system';
  const folder = mkdtempSync(join(tmpdir(), 'copycat-mount-'));
  try {
    execFileSync('mount', [...TMPFS, folder], { stdio: 'ignore' });
    execFileSync('umount', [folder], { stdio: 'ignore' });
    return undefined;
  } catch {
    return 'needs to mount a small file system, which root may not here';
  } finally {
    rmdirSync(folder);
  }
}

/** @param folder where it is mounted; made when it is not there. @throws what mount says when it may not. */
export async function mountSmallDisk(folder: string, bytes: number): Promise<SmallDisk> {
  await mkdir(folder, { recursive: true });
  await run('mount', [...TMPFS, '-o', `size=${bytes},mode=0755`, folder]);
  const ballast = join(folder, BALLAST);
  const makeRoom = (): Promise<void> => rm(ballast, { force: true });
  const free = async (): Promise<number> => {
    const { bavail, bsize } = await statfs(folder);
    return bavail * bsize;
  };
  return {
    makeRoom,
    free,
    async leaveFree(left) {
      await makeRoom();
      const fill = Math.max(0, Math.floor(((await free()) - left) / CHUNK) * CHUNK);
      await writeFile(ballast, Buffer.alloc(fill, 1)).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'ENOSPC') throw error; // others write meanwhile, and it is full by now
      });
    },
    /** At once for who looks; the rest when the last who uses it is gone. */
    unmount: async () => void (await run('umount', ['--lazy', folder])),
  };
}
