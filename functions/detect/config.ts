/** What detect needs to be told. */
import { readEnv } from '../../shared/config/env.ts';
import { integer, level, listOf, text, url } from '../../shared/config/readers.ts';
import { parseChannelName } from '../../shared/nix/release.ts';

export const readDetectConfig = () =>
  readEnv({
    CHANNELS: listOf('channel names', parseChannelName),
    CHANNELS_URL: url('https://channels.nixos.org'),
    RELEASES_URL: url('https://releases.nixos.org'),
    BUCKET: text(),
    STATE: text(),
    COPY_QUEUE_URL: url(),
    UPSTREAM_CONNECTIONS: integer(1, 1000, 16),
    CONTACT: text('https://github.com/copycat-mirror/copycat'),
    LOG_LEVEL: level('info'),
  });
