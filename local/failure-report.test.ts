import { RuntimeFailed } from '../shared/errors.ts';
import { memoryLog } from '../shared/log.ts';
import { codeThrown, createFailureReport } from './failure-report.ts';

const threw = (code: string, bucket?: string) =>
  new RuntimeFailed('publish failed', { function: 'publish', code, ...(bucket ? { facts: { bucket } } : {}) });

it('says a failure when it begins, when it becomes another one, and when it is over', () => {
  const log = memoryLog();
  const report = createFailureReport('publish', log);
  report.worked();
  for (const code of ['BUCKET_FAILED', 'BUCKET_FAILED', 'QUEUE_FAILED']) report.failed(threw(code, 's3://b'));
  report.worked();
  report.worked();
  expect(log.lines.map(({ event }) => event)).toEqual(['function.failed', 'function.failed', 'function.recovered']);
  expect(log.lines[0]).toMatchObject({ function: 'publish', bucket: 's3://b', level: 'error' });
});

it.each([
  ['what the function threw', threw('BUCKET_FAILED'), 'BUCKET_FAILED'],
  ['nothing for a process that died', new RuntimeFailed('killed', { function: 'publish' }), undefined],
  ['nothing for what is no error of ours', new TypeError('x'), undefined],
])('knows the code of %s', (_what, error, code) => {
  expect(codeThrown(error)).toBe(code);
});
