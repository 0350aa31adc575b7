import fc from 'fast-check';
import { formatMetrics } from './exposition.ts';

const labelled = (value: string) =>
  formatMetrics([{ name: 'm', type: 'gauge', help: 'h', samples: [{ labels: { l: value }, value: 1 }] }]);

describe('metrics as text', () => {
  it('say what they are, then what they measure', () => {
    expect(
      formatMetrics([
        { name: 'a_total', type: 'counter', help: 'A\nb \\ c.', samples: [{ value: 3 }] },
        { name: 'nothing', type: 'gauge', help: 'Not known.', samples: [] },
        {
          name: 'h',
          type: 'histogram',
          help: 'H.',
          samples: [
            { suffix: '_bucket', labels: { le: '+Inf' }, value: 2 },
            { suffix: '_count', value: 2 },
          ],
        },
      ]),
    ).toBe(
      '# HELP a_total A\\nb \\\\ c.\n# TYPE a_total counter\na_total 3\n# HELP h H.\n# TYPE h histogram\nh_bucket{le="+Inf"} 2\nh_count 2\n',
    );
  });

  it('keep a label in its quotes, whatever it holds', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ unit: 'grapheme' }), fc.string({ unit: fc.constantFrom(...'"\\\n{},=n') })),
        (value) => {
          const [, , line = '', ...rest] = labelled(value).split('\n');
          expect(rest).toEqual(['']);
          const [, escaped = ''] = /^m\{l="((?:[^"\\]|\\["\\n])*)"\} 1$/.exec(line) ?? ['', 'not a sample'];
          const read = escaped.replace(/\\(.)/g, (_, one: string) => (one === 'n' ? '\n' : one));
          expect(read).toBe(value);
        },
      ),
    );
  });
});
