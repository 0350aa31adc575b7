/** When channels moved here, and what they brought. */
import type { ChannelUpdate } from '../../../../shared/analytics/queries/channel-updates.ts';
import type { RangeName } from '../../../../shared/analytics/queries/range.ts';
import { aside, figureTable } from '../../../../shared/web/figure-table.ts';
import { html, type Markup } from '../../../../shared/web/markup.ts';
import { nothingYet } from '../../../../shared/web/section.ts';
import { stateMark, type Tone } from '../../../../shared/web/state-mark.ts';
import { counted, lasting, moment } from '../../../../shared/web/words.ts';
import { RANGE_WORDS } from './ranges.ts';
import { type Answered, toldSection, type View } from './told-section.ts';

const SHOWN = 8;

const OUTCOMES: Readonly<Record<string, { readonly tone: Tone; readonly word: string }>> = {
  published: { tone: 'good', word: 'moved' },
  detected: { tone: 'busy', word: 'seen upstream' },
  failed: { tone: 'bad', word: 'failed' },
};

export function channelsSection(answer: Answered<readonly ChannelUpdate[]>, range: RangeName, view: View): Markup {
  return toldSection({ id: 'channels', heading: 'Channels' }, answer, view, (rows) => ({
    note: html`<p>The newest moves. A channel moves here when all of its release is here. <a href="/channels">Where they stand</a></p>`,
    matter:
      rows.length === 0
        ? nothingYet(`No channel moved in ${RANGE_WORDS[range].long}.`)
        : figureTable({
            caption: 'What became of channels, newest first',
            cards: true,
            columns: [
              { heading: 'Channel' },
              { heading: 'Came to' },
              { heading: 'When' },
              { heading: 'New paths', figure: true },
              { heading: 'Took', figure: true },
            ],
            rows: rows.slice(0, SHOWN).map((row) => {
              const { tone, word } = OUTCOMES[row.outcome] ?? { tone: 'calm', word: row.outcome };
              return [
                row.channel,
                html`${stateMark(tone, word)}${row.release !== '' && aside(row.release.split('/').at(-1))}`,
                moment(new Date(row.at), view.now),
                row.newPaths > 0 ? counted(row.newPaths) : '–',
                row.durationUs > 0 ? lasting(row.durationUs / 1_000) : '–',
              ];
            }),
          }),
  }));
}
