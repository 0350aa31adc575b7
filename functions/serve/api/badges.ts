/** Badges as shields.io draws them from an address (its endpoint badge): downloads of a package, age of a channel. Pure. */
import * as v from 'valibot';
import type { PackageRecent } from '../../../shared/analytics/queries/package-recent.ts';
import { lasting } from '../../../shared/web/words.ts';
import type { ChannelStanding } from '../status/status.ts';
import { PNAME } from './fields.ts';
import type { Parameter } from './parameters.ts';

export const BADGE = v.object({
  schemaVersion: v.literal(1),
  label: v.string(),
  message: v.string(),
  color: v.picklist(['blue', 'brightgreen', 'yellow', 'red', 'lightgrey']),
  isError: v.literal(false),
  cacheSeconds: v.pipe(v.number(), v.integer(), v.minValue(300)),
});
export type Badge = v.InferOutput<typeof BADGE>;

export const DOWNLOADS_BADGE = {
  path: '/api/badges/{pname}/downloads',
  parameters: { pname: PNAME },
} as const;

const CHANNEL: Parameter<string> = {
  schema: v.pipe(v.string(), v.regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/)),
  what: 'The name of a channel that is mirrored here.',
  must: 'the name of a channel, such as nixos-unstable',
  fallback: '',
};
/** A channel of the name `downloads` could have no badge: `channels` may be a package. */
export const CHANNEL_BADGE = { path: '/api/badges/channels/{channel}', parameters: { channel: CHANNEL } } as const;

const DOWNLOADS_SECONDS = 3_600;
/** The least that shields.io takes. */
const CHANNEL_SECONDS = 300;
const DAY_MS = 86_400_000;
/** A channel moves every few days; one that has not for so long stands still. As status.nixos.org has it. */
const FRESH_MS = 3 * DAY_MS;
const STALE_MS = 10 * DAY_MS;

const badge = (facts: Pick<Badge, 'label' | 'message' | 'color' | 'cacheSeconds'>): Badge => ({
  schemaVersion: 1,
  isError: false,
  ...facts,
});

/** @param recent null for a package that is unknown, or downloaded less often than the threshold. */
export const downloadsBadge = (recent: PackageRecent | null, threshold: number): Badge =>
  badge({
    label: 'downloads',
    message: recent ? `${compact(recent.month)}/month` : `<${Math.max(1, threshold)}`,
    color: recent ? 'blue' : 'lightgrey',
    cacheSeconds: DOWNLOADS_SECONDS,
  });

export function channelBadge({ channel, state, here }: ChannelStanding, now: Date): Badge {
  const facts = { label: channel, cacheSeconds: CHANNEL_SECONDS };
  if (!here)
    return badge({ ...facts, message: state === 'waiting' ? 'not here yet' : 'not known', color: 'lightgrey' });
  const age = now.getTime() - here.movedAt.getTime();
  const color = age < FRESH_MS ? 'brightgreen' : age < STALE_MS ? 'yellow' : 'red';
  return badge({ ...facts, message: `${lasting(age).replaceAll('\u202f', ' ')} old`, color });
}

/** `950`, `1.2k`, `57k`, `3.4M`: two digits at least. */
export function compact(count: number): string {
  const step = count < 1_000 ? 0 : Math.min(3, Math.floor(Math.log10(count) / 3));
  const amount = count / 1_000 ** step;
  const [rounded, unit] =
    step > 0 && Math.round(amount) >= 1_000 && step < 3
      ? [1, UNITS[step + 1]]
      : [step > 0 && amount < 9.95 ? Number(amount.toFixed(1)) : Math.round(amount), UNITS[step]];
  return `${rounded}${unit ?? ''}`;
}

const UNITS = ['', 'k', 'M', 'G'];
