import type { LogLine } from '../shared/log.ts';
import { watchBuckets } from './bucket-watch.ts';

const line = (event: string, fields: Partial<LogLine> = {}): LogLine => ({ time: '', level: 'warn', event, ...fields });
const bucket = 's3://b';
const paused = line('copy.paused', { bucket, function: 'copy' });
const resumed = line('copy.resumed', { bucket, function: 'copy' });
const failed = line('function.failed', { bucket, function: 'publish' });
const recovered = line('function.recovered', { function: 'publish' });
const lookup = line('narinfo.not-looked-up', { error: { facts: { bucket } } });

function told(lines: readonly LogLine[], now?: () => number) {
  const watch = watchBuckets(now);
  return lines.map((one) => [watch.hear(one) ? 'new' : 'old', ...watch.over()].join(' '));
}

it('is told once that trouble begins, and once that it is over, whoever notices', () => {
  expect(told([failed, paused, paused, lookup, recovered, resumed, resumed])).toEqual([
    'new',
    'old',
    'old',
    'old',
    'new',
    'new',
    `new ${bucket}`,
  ]);
});

it('is told again when it begins again', () => {
  expect(told([paused, resumed, paused, resumed])).toEqual(['new', `new ${bucket}`, 'new', `new ${bucket}`]);
});

it('begins with a channel that detect could not write down, too', () => {
  const channel = line('channel.failed', { function: 'detect', error: { facts: { bucket } } });
  expect(told([channel, channel, paused, resumed])).toEqual(['new', 'old', 'old', `new ${bucket}`]);
});

it('begins with a record for upstream that could not be read, when that is noticed first', () => {
  const ignored = line('breaker.ignored', { function: 'copy', error: { facts: { bucket } } });
  expect(told([ignored, failed, recovered])).toEqual(['new', 'old', `new ${bucket}`]);
});

it('begins and ends with readers, where nobody copies', () => {
  const [down, up] = [line('bucket.down', { bucket, function: 'serve' }), line('bucket.up', { bucket })];
  expect(told([down, down, lookup, up])).toEqual(['new', 'old', 'old', `new ${bucket}`]);
  expect(told([down, paused, up, resumed])).toEqual(['new', 'old', 'new', `new ${bucket}`]);
});

it('begins at the start of a mirror, where it has been told', () => {
  const watch = watchBuckets();
  watch.begin(bucket);
  expect(watch.hear(paused)).toBe(false);
  expect(watch.hear(resumed)).toBe(true);
  expect(watch.over()).toEqual([bucket]);
});

it('keeps two buckets apart', () => {
  const other = line('bucket.down', { bucket: 's3://other' });
  expect(told([paused, other, other])).toEqual(['new', 'new', 'old']);
});

it('takes one failure of one request, or of one object, for no trouble of the bucket', () => {
  const odd = line('message.not-done', { error: { facts: { bucket } } });
  expect(told([lookup, lookup, odd, paused])).toEqual(['new', 'new', 'new', 'new']);
});

it('hears that the reason is another one', () => {
  expect(told([paused, line('copy.still-paused', { bucket })])).toEqual(['new', 'new']);
});

it('does not wait for a process that died while it paused', () => {
  const died = line('process.ended', { function: 'copy' });
  expect(told([paused, paused, died, resumed])).toEqual(['new', 'old', 'new', `new ${bucket}`]);
});

it('forgets what nobody has mentioned for a minute', () => {
  let ms = 0;
  const start = line('bucket.down', { bucket });
  const watch = watchBuckets(() => ms);
  expect(watch.hear(start)).toBe(true);
  ms = 59_000;
  expect(watch.hear(start)).toBe(false);
  ms = 200_000;
  expect(watch.hear(start)).toBe(true);
});
