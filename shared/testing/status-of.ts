/** The status of a mirror of two channels: one moved two hours ago, of the other nothing is here yet. */
import type { Status } from '../../functions/serve/status/status.ts';
import { parseChannelName, parseReleasePrefix } from '../nix/release.ts';

export const STABLE = parseChannelName('nixos-26.05');
const WAITING = parseChannelName('nixos-waiting');
const HOUR_MS = 3_600_000;

export const statusOf = (at: Date): Status => ({
  at,
  state: 'online',
  parts: {
    bucket: { state: 'online', latencyMs: 3, at },
    records: { state: 'online', latencyMs: 4, at },
    clickhouse: { state: 'not-configured' },
    upstream: { state: 'offline', trouble: 522, at },
  },
  channels: [
    {
      channel: STABLE,
      state: 'complete',
      behindMs: 0,
      pollFailed: false,
      here: {
        release: parseReleasePrefix('nixos/26.05/nixos-26.05.1871.a1b2c3d'),
        revision: 'a1b2c3d',
        movedAt: new Date(at.getTime() - 2 * HOUR_MS),
        listed: 100,
        present: 99,
        unavailable: { missing: 1 },
        changes: undefined,
      },
    },
    { channel: WAITING, state: 'waiting', pollFailed: false },
  ],
  polls: { everyMs: 3 * HOUR_MS },
  findings: [],
  upkeep: {},
});
