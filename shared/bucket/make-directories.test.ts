import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeDirectories } from './make-directories.ts';

describe('makeDirectories', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'directories-'));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  it('makes what is missing, and says where that begins', () => {
    expect(makeDirectories(join(directory, 'a/b/c'))).toBe(join(directory, 'a'));
    expect(statSync(join(directory, 'a/b/c')).isDirectory()).toBe(true);
    expect(makeDirectories(join(directory, 'a/b/c'))).toBeUndefined();
    expect(makeDirectories(join(directory, 'a/b/d'))).toBe(join(directory, 'a/b/d'));
  });

  it('ends where none can be made', () => {
    expect(() => makeDirectories('/proc/nope/deeper')).toThrow(expect.objectContaining({ code: 'ENOENT' }));
    writeFileSync(join(directory, 'file'), '');
    expect(() => makeDirectories(join(directory, 'file/deeper'))).toThrow(expect.objectContaining({ code: 'ENOTDIR' }));
  });
});
