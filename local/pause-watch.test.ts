import type { LogLine } from '../shared/log.ts';
import { watchPauses } from './pause-watch.ts';

const line = (event: string): LogLine => ({ time: '', level: 'warn', event, message: 'the disk is full' });

it('knows since when copying stands still, and why', () => {
  let ms = 0;
  const pauses = watchPauses(() => ms);
  expect(pauses.current()).toBeUndefined();
  pauses.add(line('copy.paused'));
  ms = 1_000;
  pauses.add(line('copy.paused')); // another process
  pauses.add(line('channel.unchanged'));
  expect(pauses.current()).toEqual({ reason: 'the disk is full', sinceMs: 1_000 });
});

it('knows the last reason of one pause', () => {
  let ms = 0;
  const pauses = watchPauses(() => ms);
  pauses.add(line('copy.paused'));
  ms = 1_000;
  pauses.add({ ...line('copy.still-paused'), message: 'the bucket is gone' });
  expect(pauses.current()).toEqual({ reason: 'the bucket is gone', sinceMs: 1_000 });
});

it.each([line('copy.resumed'), { ...line('copy.done'), outcome: 'copied' }])(
  'takes $event for the end of it',
  (end) => {
    const pauses = watchPauses();
    pauses.add(line('copy.paused'));
    pauses.add(end);
    expect(pauses.current()).toBeUndefined();
  },
);

it('goes on when a path needs no copy', () => {
  const pauses = watchPauses();
  pauses.add(line('copy.paused'));
  pauses.add({ ...line('copy.done'), outcome: 'present' });
  expect(pauses.current()).toBeDefined();
});
