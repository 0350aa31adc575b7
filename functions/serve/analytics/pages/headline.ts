/** The figures in the band of the analytics page. */
import type { Headline } from '../../../../shared/analytics/queries/headline.ts';
import type { RangeName } from '../../../../shared/analytics/queries/range.ts';
import type { Markup } from '../../../../shared/web/markup.ts';
import { compact, counted, percent, sized, took } from '../../../../shared/web/words.ts';
import { isTold } from '../topic.ts';
import { inTwo, NOT_KNOWN, stats } from './stats.ts';
import type { Answered } from './told-section.ts';

export function headlineStats(answer: Answered<Headline>, range: RangeName): Markup {
  const found = isTold(answer) ? answer.found : undefined;
  const total = (count: number | undefined) => (count === undefined ? NOT_KNOWN : compact(count));
  return stats([
    { name: 'Requests', figure: total(found?.requests) },
    {
      name: 'Downloads',
      figure: total(found?.downloads),
      more: range === '24h' ? 'yesterday and today' : 'of NARs, by Nix',
    },
    { name: 'Sent', figure: found ? inTwo(sized(found.bodyBytes)) : NOT_KNOWN },
    {
      name: 'Lookups found',
      figure: found ? inTwo(percent(found.found, found.lookups)) : NOT_KNOWN,
      more: found && found.lookups > 0 ? `of ${counted(found.lookups)}` : undefined,
    },
    {
      name: 'Lookup, p95',
      figure: found && found.p95 !== null ? inTwo(took(found.p95)) : NOT_KNOWN,
      more: found && found.p95 !== null ? '19 of 20 were faster' : undefined,
    },
    { name: 'Stores seen', figure: total(found?.stores), more: 'in 7 days' },
  ]);
}
