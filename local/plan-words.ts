/** A plan as a person reads it. */
import { count, counted, size } from './figures.ts';
import type { Plan, Sizes } from './plan.ts';

export function planInWords({
  channel,
  release,
  listed,
  visible,
  staged,
  new: missing,
  sample,
  estimate,
}: Plan): string {
  const asked = sample.paths + sample.missing;
  const isWhole = asked === missing;
  const lines = [
    `${channel} is at ${release}: ${counted(listed, 'store path')} listed`,
    `  here    ${known(visible)}`,
    ...(staged.paths > 0 ? [`  staged  ${known(staged)}`] : []),
    `  new     ${count(missing)}${missing > 0 && estimate ? `, ${isWhole ? '' : 'about '}${weight(estimate)}` : ''}`,
    ...(missing > 0 ? [sampleWords(sample, asked, isWhole)] : []),
    ...(missing > 0 ? ["References that upstream's list leaves out come on top: often a fifth more paths."] : []),
  ];
  return `${lines.join('\n')}\n`;
}

const known = (sizes: Sizes): string => (sizes.paths === 0 ? '0' : `${count(sizes.paths)}, ${weight(sizes)}`);

const weight = ({ fileBytes, narBytes }: Sizes): string => `${size(fileBytes)} (${size(narBytes)} unpacked)`;

function sampleWords({ missing }: Plan['sample'], asked: number, isWhole: boolean): string {
  const lacks = missing > 0 ? `; upstream lacks ${count(missing)} of them` : '';
  return isWhole
    ? `Sizes are from the narinfos of all of them${lacks}.`
    : `The size is an estimate from ${counted(asked, 'narinfo')}${lacks}.`;
}
