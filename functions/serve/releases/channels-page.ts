/** `/channels`: which channels are here, where each stands, and how to use one. */
import { CHANGES_FILE } from '../../../events/release-changes.ts';
import { releaseName } from '../../../shared/nix/release.ts';
import { copyBlock, ours } from '../../../shared/web/copy-block.ts';
import { aside, figureTable } from '../../../shared/web/figure-table.ts';
import type { Page } from '../../../shared/web/layout.ts';
import { html, type Markup } from '../../../shared/web/markup.ts';
import { nothingYet, section } from '../../../shared/web/section.ts';
import { counted, moment, of } from '../../../shared/web/words.ts';
import type { FollowedChannel } from './followed-channels.ts';

export function channelsPage(channels: readonly FollowedChannel[], mirrorUrl: string, now: Date): Page {
  const [first] = channels;
  return {
    title: 'Channels',
    tone: 'calm',
    mood: 'awake',
    current: '/channels',
    band: html`<h1 class="title">Channels</h1><p class="lead">${channels.length === 0 ? 'None is here yet.' : `${of(channels.length, 'channel')} to take Nixpkgs and NixOS from.`}</p>`,
    sections: [
      section(
        {
          id: 'where-they-stand',
          heading: 'Where they stand',
          note: html`<p>A channel moves here when all of its release is here.</p><p><a href="/channels.atom">As a feed</a></p>`,
        },
        channels.length === 0 ? nothingYet('The first release is still on its way.') : table(channels, now),
      ),
      first &&
        section(
          { id: 'use', heading: 'Use one' },
          html`${copyBlock('nix-channel', html`nix-channel --add ${ours(mirrorUrl)}/channels/${first.pointer.channel} nixpkgs\nnix-channel --update`)}
${copyBlock('flake.nix', html`inputs.nixpkgs.url = "${ours(mirrorUrl)}/channels/${first.pointer.channel}/nixexprs.tar.xz";`)}
${copyBlock('/etc/nix/nix.conf', html`flake-registry = ${ours(mirrorUrl)}/flake-registry.json`)}`,
        ),
    ],
  };
}

const table = (channels: readonly FollowedChannel[], now: Date): Markup =>
  figureTable({
    caption: 'Channels of this mirror',
    cards: true,
    columns: [
      { heading: 'Channel' },
      { heading: 'Release' },
      { heading: 'Since' },
      { heading: 'Store paths', figure: true },
      { heading: 'Not here', figure: true },
    ],
    rows: channels.map(
      ({ pointer: { channel, movedAt }, settled: { release, revision, listed, unavailable, changes } }) => [
        html`<a href="/channels/${channel}">${channel}</a>`,
        html`<a href="/releases/${release}">${releaseName(release)}</a>${revision !== '' && aside(html`<code>${revision.slice(0, 12)}</code>`)}`,
        moment(new Date(movedAt), now),
        html`${counted(listed)}${changes && aside(html`<a href="/releases/${release}/${CHANGES_FILE}">changes</a>`)}`,
        counted(Object.values(unavailable).reduce((sum, count) => sum + count, 0)),
      ],
    ),
  });
