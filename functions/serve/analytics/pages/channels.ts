/** When channels moved here, and what they brought. */
import type { ChannelUpdate } from '../../../../shared/analytics/queries/channel-updates.ts';
import type { RangeName } from '../../../../shared/analytics/queries/range.ts';
import { html, type Markup } from '../../../../shared/web/markup.ts';
import { nothingYet } from '../../../../shared/web/section.ts';
import { stateMark, type Tone } from '../../../../shared/web/state-mark.ts';
import { counted, lasting, moment } from '../../../../shared/web/words.ts';
import { dataOf } from './as-data.ts';
import { RANGE_WORDS } from './ranges.ts';
import { type Answered, toldSection, type View } from './told-section.ts';

const SHOWN = 8;

const OUTCOMES: Readonly<Record<string, { readonly tone: Tone; readonly word: string }>> = {
  published: { tone: 'good', word: 'moved' },
  detected: { tone: 'busy', word: 'seen' },
  failed: { tone: 'bad', word: 'failed' },
};

export function channelsSection(answer: Answered<readonly ChannelUpdate[]>, range: RangeName, view: View): Markup {
  return toldSection({ id: 'channels', heading: 'Channels' }, answer, view, (rows) => ({
    note: html`<p>A move of upstream’s is seen first; the channel moves here when all of its release is here. <a href="/channels">Where they stand</a></p>`,
    ...(rows.length > 0 && { data: dataOf('/api/channel-updates', { range }) }),
    matter:
      rows.length === 0
        ? nothingYet(`No channel moved in ${RANGE_WORDS[range].long}. The next move shows here as soon as it is seen.`)
        : html`<div class="scroll" tabindex="0" role="region" aria-label="What became of channels, newest first"><table class="numbers"><thead><tr><th>Channel<th class="word">Came to<th class="extra">New paths<th class="extra">Took<th>When</thead><tbody>
${rows.slice(0, SHOWN).map((row) => updateRow(row, view.now))}</tbody></table></div>`,
  }));
}

function updateRow({ channel, release, outcome, newPaths, durationUs, at }: ChannelUpdate, now: Date): Markup {
  const { tone, word } = OUTCOMES[outcome] ?? { tone: 'calm', word: outcome };
  const name = release.split('/').at(-1);
  return html`<tr><th>${channel}${name !== '' && html`<span class="aside extra">${name}</span>`}<td class="word">${stateMark(tone, word)}<td class="extra">${newPaths > 0 ? counted(newPaths) : '–'}<td class="extra">${durationUs > 0 ? lasting(durationUs / 1_000) : '–'}<td>${moment(new Date(at), now)}
`;
}
