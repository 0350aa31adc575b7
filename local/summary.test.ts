import type { LogLine } from '../shared/log.ts';
import { createCounter } from './summary.ts';

const line = (event: string, more: object = {}): LogLine => ({ time: 'now', level: 'info', event, ...more });

describe('createCounter', () => {
  it('counts what the stages log', () => {
    const counter = createCounter();
    for (const each of [
      line('release.detected'),
      line('channel.unchanged'),
      line('copy.done', { outcome: 'copied', bytes: 10 }),
      line('copy.done', { outcome: 'copied', bytes: 5 }),
      line('copy.done', { outcome: 'present' }),
      line('copy.unavailable', { 'store_path.hash': 'a', reason: 'corrupt' }),
      line('copy.unavailable', { 'store_path.hash': 'a', reason: 'missing' }),
      line('copy.unavailable', { 'store_path.hash': 'b', reason: 'missing' }),
      line('narinfos.published', { count: 2 }),
      line('narinfos.published', { count: 1 }),
      line('channel.moved', { channel: 'nixos-unstable', release: 'older' }),
      line('channel.moved', { channel: 'nixos-unstable', release: 'newer' }),
      line('of no interest'),
    ])
      counter.add(each);
    expect(counter.summary()).toEqual({
      moved: { 'nixos-unstable': 'newer' },
      detected: 1,
      unchanged: 1,
      copied: 2,
      bytes: 15,
      published: 3,
      unavailable: { missing: 2 },
    });
  });
});
