import { spawnSync } from 'node:child_process';

/** What a process of its own does that writes as long as it is let. */
function write(statement: string) {
  const program = `
    await import(${JSON.stringify(new URL('./end-when-full.ts', import.meta.url).href)});
    const { DatabaseSync } = await import('node:sqlite');
    const database = new DatabaseSync(':memory:');
    database.exec('PRAGMA max_page_count = 4; CREATE TABLE messages (id INTEGER PRIMARY KEY, body TEXT)');
    const insert = database.prepare(${JSON.stringify(statement)});
    for (let i = 0; i < 100; i += 1) try { insert.run('x'.repeat(2_000)); } catch { process.exit(7); }`;
  const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' });
  return { status, stderr };
}

it('ends its process at a write that finds no room, and says so', () => {
  expect(write('INSERT INTO messages (body) VALUES (?)')).toMatchObject({
    status: 1,
    stderr: expect.stringContaining("can't be written: database or disk is full"),
  });
});

it('leaves every other error to who wrote', () => {
  expect(write('INSERT INTO messages (id, body) VALUES (1, ?)').status).toBe(7);
});
