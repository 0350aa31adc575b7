/** What a backfill would ask for, and what it did, as a person reads it. */
import { count, counted, size } from '../figures.ts';
import type { Sizes } from '../plan.ts';
import type { BackfillPlan } from './backfill.ts';
import type { Showing } from './show-release.ts';

/** Of what is to be asked for; undefined when upstream could not be asked, or need not be. */
export type Estimate = Sizes | undefined;

/** @param dryRun whether it stays at that */
export function planInWords(plan: BackfillPlan, estimate: Estimate, dryRun: boolean): string {
  const { named, visible, staged, notDue, underWay, beyond, ask, notDueYet, earlier } = plan;
  const unavailable = Object.values(notDue).reduce((sum, number) => sum + number, 0);
  const reasons = Object.entries(notDue).map(([reason, number]) => `${count(number)} ${reason}`);
  const weight =
    estimate && ask.length > 0 ? `, about ${size(estimate.fileBytes)} (${size(estimate.narBytes)} unpacked)` : '';
  const lines = [
    `${counted(named, 'store path')} named${named === 0 ? ': nothing matches what was asked for' : ''}`,
    `  here         ${count(visible)}`,
    ...(staged > 0 ? [`  staged       ${count(staged)}`] : []),
    ...(unavailable > 0 ? [`  unavailable  ${reasons.join(', ')}: not due, and left alone without --force`] : []),
    ...(underWay > 0
      ? [`  under way    ${count(underWay)}: asked for before, and the queue is not empty (--again asks all the same)`]
      : []),
    ...(beyond > 0 ? [`  left         ${count(beyond)} beyond --limit`] : []),
    `  to ask for   ${count(ask.length)}${weight}`,
    ...(notDueYet.size > 0
      ? [
          `               of which ${count(notDueYet.size)} are not due: their records ${dryRun ? 'would be' : 'are'} set to now`,
        ]
      : []),
    ...(earlier && !earlier.done && ask.length > 0
      ? [`It goes on where it was on ${minute(earlier.at)}, after ${count(earlier.asked)}.`]
      : []),
    ...(ask.length > 0 ? ['What these refer to comes with them: publish asks for what of it is not here.'] : []),
  ];
  return `${lines.join('\n')}\n`;
}

const minute = (time: string): string => `${time.slice(0, 16).replace('T', ' ')} UTC`;

const SHOWING: Readonly<Record<Showing['kind'], string>> = {
  'to-show': 'it settles, and is shown below /releases/ then',
  shown: 'it is shown already, and stays no longer by this',
  'no-channel': 'its store paths come; it is not shown, for its channel is not followed here',
  'no-place': 'its store paths come; it is not shown, for as many releases of its channel as can be are on their way',
};

export const showingInWords = (release: string, { kind }: Pick<Showing, 'kind'>): string =>
  `${release}: ${SHOWING[kind]}\n`;

/** How long it stays: nobody but the operator needs it. */
export const keepingInWords = (kept: {
  readonly whole: boolean;
  readonly pin: boolean;
  readonly days: number;
}): string =>
  kept.pin
    ? 'It is to be pinned: it stays until copycat unpin.\n'
    : kept.whole
      ? `It stays for ${counted(kept.days, 'day')} after it has settled (RETAIN_DAYS), if nothing else keeps it; --pin keeps it.\n`
      : `What no release lists stays for ${counted(kept.days, 'day')} (RETAIN_DAYS) after it appeared; copycat pin keeps it.\n`;

export const pinningInWords = (release: string, pinned: boolean): string =>
  `${release}: ${pinned ? 'pinned' : 'not pinned, for its list is not here'}\n`;

export const backfillJson = (plan: BackfillPlan, estimate: Estimate) => ({
  id: plan.id,
  named: plan.named,
  visible: plan.visible,
  staged: plan.staged,
  unavailable: plan.notDue,
  underWay: plan.underWay,
  beyond: plan.beyond,
  toAsk: plan.ask.length,
  bytes: estimate ? { file: estimate.fileBytes, nar: estimate.narBytes } : null,
});
