/** Two lines beside the parts: the scrub, and the collection of what nobody needs. */
import type { CollectFigures } from '../../../events/collected.ts';
import { html, type Markup } from '../../../shared/web/markup.ts';
import { floorPercent } from '../../../shared/web/meter.ts';
import { stateMark } from '../../../shared/web/state-mark.ts';
import { counted, moment, of, sized } from '../../../shared/web/words.ts';
import { type CollectStanding, damageIn, type Round, type ScrubStanding, type Upkeep } from './upkeep.ts';

export function upkeepLines(upkeep: Upkeep, now: Date): readonly Markup[] {
  const refused = upkeep.collect?.last?.outcome === 'refused';
  return [
    line(damageIn(upkeep) ? stateMark('warn', 'Scrub') : 'Scrub', scrubWords(upkeep.scrub, now)),
    line(refused ? stateMark('warn', 'Collection') : 'Collection', collectWords(upkeep.collect, now)),
  ];
}

const line = (what: Markup | string, words: Markup | string): Markup => html`<p class="small">${what} ${words}.</p>`;

function scrubWords(scrub: ScrubStanding | undefined, now: Date): Markup | string {
  if (!scrub) return 'not known';
  const { last, present } = scrub;
  if (!last && !present) return 'not yet: nothing has been read again';
  const before = last
    ? html`last round ended ${moment(last.ended, now)}: ${of(last.names, 'name')}, ${sized(last.bytes)} read, ${foundWords(last)}`
    : 'no round has ended yet';
  if (!present) return before;
  return html`${before}; present round ${floorPercent(present.share)}\u202f%, ${of(present.names, 'name')}, ${foundWords(present)}`;
}

function foundWords({ found }: Round): string {
  const kinds = Object.entries(found).filter(([, count]) => count > 0);
  return kinds.length === 0 ? 'nothing found' : kinds.map(([kind, count]) => `${counted(count)} ${kind}`).join(', ');
}

function collectWords(collect: CollectStanding | undefined, now: Date): Markup | string {
  if (!collect) return 'not known';
  const { last, next, figures } = collect;
  const then = next && next > now ? html`, next ${moment(next, now)}` : '';
  if (!last) return html`not yet${then}`;
  switch (last.outcome) {
    case 'refused':
      return html`refused ${moment(last.at, now)}: something is not as it should be, and nothing was taken away${then}`;
    case 'under-way':
      return html`under way, as of ${moment(last.at, now)}${freedWords(figures)}`;
    case 'collected':
      return html`last ran ${moment(last.at, now)}${freedWords(figures)}${then}`;
  }
}

const freedWords = (figures: CollectFigures | undefined): string =>
  figures ? `: ${of(figures.deletedNames, 'name')} and ${sized(figures.deletedBytes)} freed` : '';
