import { whoWrites } from './who-writes.ts';

const MINUTE_MS = 60_000;

describe('whoWrites', () => {
  const time = { now: 1_000_000 };
  const open = (file: string, ageMs: number, pid: number) => ({ file, pid, begunAt: new Date(time.now - ageMs) });
  const writes = () => whoWrites({ former: new Set(['old']), alive: (pid) => pid === 1, now: () => time.now });

  it('is a process that lives, and one that ended a moment ago', () => {
    const mayBeWritten = writes();
    expect(mayBeWritten(open('new', 5 * MINUTE_MS, 1))).toBe(true);
    expect(mayBeWritten(open('new', 1_000, 2))).toBe(true);
    expect(mayBeWritten(open('new', 2 * MINUTE_MS, 2))).toBe(false);
  });

  it('is nobody for a segment that a clock which was ahead has begun, when its process has ended', () => {
    const mayBeWritten = writes();
    expect(mayBeWritten(open('new', -10_000 * MINUTE_MS, 2))).toBe(false);
    expect(mayBeWritten(open('new', -10_000 * MINUTE_MS, 1))).toBe(true);
  });

  it('is none of a former runtime’s, but for the moment that a killed one’s functions need to end', () => {
    const mayBeWritten = writes();
    expect(mayBeWritten(open('old', 1_000, 2))).toBe(false);
    expect(mayBeWritten(open('old', 1_000, 1))).toBe(true);
    time.now += 11_000;
    expect(mayBeWritten(open('old', 12_000, 1))).toBe(false); // the number is another process’s by now
  });
});
