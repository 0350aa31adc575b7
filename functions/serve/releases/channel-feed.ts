/** `/channels.atom`: which releases the channels came to, as a feed (RFC 4287). What a template is given is escaped. */
import { releaseName } from '../../../shared/nix/release.ts';
import { html, type Markup } from '../../../shared/web/markup.ts';
import type { ChannelMove } from './channel-moves.ts';

export interface Feed {
  /** What the mirror calls itself. */
  readonly name: string;
  readonly mirrorUrl: string;
  readonly moves: readonly ChannelMove[];
}

export function channelFeed({ name, mirrorUrl, moves }: Feed): string {
  const entries = moves.toSorted((a, b) => b.settledAt.getTime() - a.settledAt.getTime());
  const updated = entries[0]?.settledAt ?? new Date(0);
  return String(html`<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom">
<id>${mirrorUrl}/channels.atom</id>
<title>Channels of ${name}</title>
<updated>${updated.toISOString()}</updated>
<author><name>${name}</name></author>
<link rel="self" type="application/atom+xml" href="${mirrorUrl}/channels.atom"/>
<link rel="alternate" type="text/html" href="${mirrorUrl}/channels"/>
${entries.map((move) => entry(move, mirrorUrl))}</feed>
`);
}

/** Its id is the channel's with the release: two channels may come to one release. */
const entry = ({ channel, release, settledAt }: ChannelMove, mirrorUrl: string): Markup => html`<entry>
<id>${mirrorUrl}/channels/${channel}#${release}</id>
<title>${channel} is at ${releaseName(release)}</title>
<updated>${settledAt.toISOString()}</updated>
<category term="${channel}"/>
<link rel="alternate" type="text/html" href="${mirrorUrl}/releases/${release}"/>
<summary>All of ${release} is here, or known to be unavailable.</summary>
</entry>
`;
