import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { eachWithFileBucket } from './file-fixture.ts';
import { openLock } from './file-lock.ts';

const at = eachWithFileBucket();

describe('a lock', () => {
  it('waits while another has it, and then goes on', async () => {
    const underLock = openLock(join(at.directory, 'lock'));
    const other = new DatabaseSync(join(at.directory, 'lock'));
    other.exec('BEGIN EXCLUSIVE');
    let changed = false;
    const change = underLock(() => {
      changed = true;
      return 'done';
    });
    await sleep(30);
    expect(changed).toBe(false);
    other.close();
    expect(await change).toBe('done');
  });

  it('is free again after a change that threw', async () => {
    const underLock = openLock(join(at.directory, 'lock'));
    const refuse = (): never => {
      throw new RangeError('no');
    };
    await expect(underLock(refuse)).rejects.toThrow('no');
    expect(await openLock(join(at.directory, 'lock'))(() => 'done')).toBe('done');
  });

  it('is not waited for when the signal says so', async () => {
    const underLock = openLock(join(at.directory, 'lock'));
    using other = new DatabaseSync(join(at.directory, 'lock'));
    other.exec('BEGIN EXCLUSIVE');
    await expect(underLock(() => 'done', AbortSignal.timeout(20))).rejects.toThrow(/timeout/);
  });
});
