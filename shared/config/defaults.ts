/** Defaults that more than one function has. */
export const DEFAULTS = {
  UPSTREAM_URL: 'https://cache.nixos.org',
  CHANNELS_URL: 'https://channels.nixos.org',
  RELEASES_URL: 'https://releases.nixos.org',
  /** What upstream's operators find in the User-Agent when whoever runs the mirror names no address of their own. */
  CONTACT: 'https://github.com/copycat-mirror/copycat',
  /** Of this software; whoever runs a mirror with changes links to those. */
  SOURCE_URL: 'https://github.com/copycat-mirror/copycat',
  ISSUES_URL: 'https://github.com/copycat-mirror/copycat/issues',
  SUPPORT_URL: 'https://github.com/copycat-mirror/copycat/discussions',
  CACHE_PRIORITY: 41,
  /** What is downloaded less often may point at somebody. */
  ANALYTICS_THRESHOLD: 10,
  MIN_FREE_BYTES: 5 * 2 ** 30,
  RETRY_UNAVAILABLE_AFTER: 3 * 3_600_000,
  REDIRECT_LIFETIME: 6 * 3_600_000,
  NARINFO_CACHE_BYTES: 64 * 2 ** 20,
  PULL_PATHS_PER_DAY: 2_000,
  /** The day's record names them all and is written again with each: 330 KB at most. */
  MOST_PULL_PATHS_PER_DAY: 10_000,
  PULL_BYTES_PER_DAY: 20 * 2 ** 30,
  /** Twenty minutes of one core a day: what a channel takes is seen within a month. */
  SCRUB_BYTES_PER_DAY: 20 * 2 ** 30,
  RETAIN_RELEASES: 3,
  RETAIN_DAYS: 30,
  COLLECT_GRACE: 7 * 86_400_000,
  COLLECT_MOST_SHARE: 0.5,
} as const;
