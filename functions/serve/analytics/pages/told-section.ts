/** A section made of one answer: with it, without it, or with an old one. */
import type { Part } from '../../../../shared/web/markup.ts';
import { html, type Markup } from '../../../../shared/web/markup.ts';
import { nothingYet, section } from '../../../../shared/web/section.ts';
import { moment } from '../../../../shared/web/words.ts';
import { isTold, type Told, type Untold } from '../topic.ts';
import { asData, type Data } from './as-data.ts';

/** What a section is made of, besides its answer. */
export interface View {
  readonly now: Date;
  /** What is downloaded less often is not named. */
  readonly threshold: number;
  /** As of when the band says that old answers are. */
  readonly saidAt?: Date | undefined;
}

export interface Frame {
  readonly id: string;
  readonly heading: string;
}

export interface Drawn {
  readonly note?: Part;
  readonly matter: Part;
  /** Where it is for programs, when there is something. */
  readonly data?: Data;
}

export type Answered<Found> = Told<Found> | Untold;

export const NOT_AVAILABLE = 'Not available now.';

export function toldSection<Found>(
  { id, heading }: Frame,
  answer: Answered<Found>,
  view: View,
  draw: (found: Found, at: Date) => Drawn,
): Markup {
  if (!isTold(answer)) return section({ id, heading }, nothingYet(NOT_AVAILABLE));
  const { note, matter, data } = draw(answer.found, answer.at);
  return section(
    { id, heading, note: html`${note}${asOf(answer, view)}` },
    html`${matter}${data && asData(heading, data)}`,
  );
}

/** The same as one of several that stand side by side. */
export function toldColumn<Found>(
  { id, heading }: Frame,
  answer: Answered<Found>,
  view: View,
  draw: (found: Found, at: Date) => Drawn,
): Markup {
  const { note, matter, data }: Drawn = isTold(answer)
    ? draw(answer.found, answer.at)
    : { matter: nothingYet(NOT_AVAILABLE) };
  return html`<div class="stack"><div class="note"><h2 id="${id}">${heading}</h2>${note}${isTold(answer) && asOf(answer, view)}</div>${matter}${data && asData(heading, data)}</div>
`;
}

/** Snapshots of one page may be minutes apart. */
const TOGETHER_MS = 600_000;

function asOf({ fresh, at }: Told<unknown>, { now, saidAt }: View): Part {
  const isSaid = saidAt !== undefined && at.getTime() - saidAt.getTime() < TOGETHER_MS;
  return !fresh && !isSaid && html`<p>As of ${moment(at, now)}.</p>`;
}
