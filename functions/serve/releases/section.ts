/** Channels and releases as Nix, flakes and browsers ask for them. Only what is settled is shown. */
import type { ChannelName } from '../../../shared/nix/release.ts';
import { layout, type Page } from '../../../shared/web/layout.ts';
import { pageHeaders } from '../../../shared/web/page-headers.ts';
import { type Answer, notFound, redirect } from '../answer.ts';
import type { Asked } from '../asked.ts';
import type { Section } from '../respond.ts';
import type { SiteOf } from '../site-of.ts';
import { answerSmall, smallText } from '../small.ts';
import type { ReadBucket } from '../steady-bucket.ts';
import type { StoredDeps } from '../stored.ts';
import { answerChannel } from './answer-channel.ts';
import { answerFile } from './answer-file.ts';
import { channelFeed } from './channel-feed.ts';
import { createChannelMoves } from './channel-moves.ts';
import type { FindPointer } from './channel-pointers.ts';
import { channelsPage } from './channels-page.ts';
import { flakeRegistry } from './flake-registry.ts';
import { followedChannels } from './followed-channels.ts';
import { placeOf } from './place.ts';
import { releasePage } from './release-page.ts';
import { createSettledReleases } from './settled-releases.ts';

export interface ReleasesDeps extends StoredDeps {
  readonly state: ReadBucket;
  readonly pointers: FindPointer;
  /** `CHANNELS`: those that are listed. Any other that has a pointer is still answered. */
  readonly channels: readonly ChannelName[];
  readonly siteOf: SiteOf;
  /** Milliseconds that only ever grow, and are more than none. */
  readonly now: () => number;
  readonly date: () => Date;
}

/** Of what is made anew for each who asks: a channel that moves is seen so soon. */
const SOON = 'public, max-age=60';

export function releasesSection(deps: ReleasesDeps): Section {
  const { bucket, pointers, channels, now } = deps;
  const releases = createSettledReleases(bucket, now);
  const moves = createChannelMoves({ ...deps, releases });
  const followed = () => followedChannels(channels, { pointers, releases });

  const page = (asked: Asked, made: Page): Answer => {
    const text = String(layout(made, deps.siteOf(asked)));
    return answerSmall(asked, smallText(text, { ...pageHeaders, 'cache-control': SOON }));
  };
  const made = (asked: Asked, type: string, text: string): Answer =>
    answerSmall(asked, smallText(text, { 'content-type': type, 'cache-control': SOON }));

  return async (asked) => {
    const place = placeOf(asked.path);
    switch (place?.kind) {
      case undefined:
        return undefined;
      case 'channel':
        return answerChannel(asked, place.channel, place.file, { pointers, releases });
      case 'release':
      case 'file': {
        const settled = await releases(place.release);
        if (!settled) return notFound;
        if (place.kind === 'file') return answerFile(asked, settled, place.file, deps);
        if (place.slash) return redirect(`${asked.mirrorUrl}/releases/${place.release}`);
        return page(asked, releasePage(settled, asked.mirrorUrl));
      }
      case 'channels':
        return page(asked, channelsPage(await followed(), asked.mirrorUrl, deps.date()));
      case 'registry': {
        const names = (await followed()).map(({ pointer }) => pointer.channel);
        return made(asked, 'application/json', flakeRegistry(names, asked.mirrorUrl));
      }
      case 'feed': {
        const all = (await Promise.all(channels.map(moves))).flat();
        const { name } = deps.siteOf(asked);
        return made(
          asked,
          'application/atom+xml; charset=utf-8',
          channelFeed({ name, mirrorUrl: asked.mirrorUrl, moves: all }),
        );
      }
    }
  };
}
