import { Malformed } from './errors.ts';
import { createLog, memoryLog } from './log.ts';

describe('createLog', () => {
  it('writes one JSON object a line, with the fields that every line carries', () => {
    const lines: string[] = [];
    const now = () => new Date('2026-11-23T00:00:00Z');
    createLog({ fields: { function: 'copy' }, write: (line) => lines.push(line), now }).info('copy.done', {
      bytes: 12n,
      text: 'a\nb',
    });
    expect(lines).toEqual([
      '{"time":"2026-11-23T00:00:00.000Z","level":"info","event":"copy.done","function":"copy","bytes":12,"text":"a\\nb"}',
    ]);
  });

  it('leaves out what is below its level', () => {
    const lines: string[] = [];
    const log = createLog({ level: 'warn', write: (line) => lines.push(line) });
    log.debug('a');
    log.info('b');
    log.warn('c');
    log.with({ more: 1 }).error('d');
    expect(lines.map((line) => (JSON.parse(line) as { event: string }).event)).toEqual(['c', 'd']);
  });

  it('describes errors in fields, without credentials', () => {
    const log = memoryLog();
    log.error('failed', { error: new Malformed('bad http://user:secret@host/x', { field: 'hash' }) });
    expect(log.lines[0]).toMatchObject({
      error: { code: 'MALFORMED', message: 'bad http://host/x', facts: { field: 'hash' } },
    });
  });
});
