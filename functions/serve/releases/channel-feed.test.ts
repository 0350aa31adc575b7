import { channelSeenKey, formatChannelSeen } from '../../../events/channel-seen.ts';
import { parseChannelName, parseReleasePrefix } from '../../../shared/nix/release.ts';
import { MIRROR_URL } from '../../../shared/testing/serve-world.ts';
import { emptySettledWorld, RELEASE, settledWorld, UNSTABLE } from '../../../shared/testing/settled-world.ts';

const SMALL = parseChannelName('nixos-unstable-small');
const release = (count: number) => parseReleasePrefix(`nixos/unstable/nixos-26.11pre${count}.aaaaaaaaaaaa`);
const day = (count: number) => new Date(Date.UTC(2026, 0, count)).toISOString();

const titlesIn = (body = '') =>
  [...body.matchAll(/<entry>\n<id>([^<]*)<\/id>\n<title>([^<]*)</g)].map(([, , title]) => title);

it('tells of every release that a channel came to, the newest first', async () => {
  const world = emptySettledWorld({ channels: [UNSTABLE, SMALL] });
  for (const count of [1, 2, 4, 5]) await world.putManifest(release(count), { settledAt: day(count) });
  await world.see(UNSTABLE, [1, 2, 3, 5].map(release)); // 3 never settled; it stands at 2, so 5 is still to come
  await world.point(UNSTABLE, release(2));
  await world.see(SMALL, [4].map(release));
  await world.point(SMALL, release(4));
  const { status, headers, body } = await world.ask('/channels.atom');
  expect(status).toBe(200);
  expect(headers['content-type']).toBe('application/atom+xml; charset=utf-8');
  expect(titlesIn(body)).toEqual([
    'nixos-unstable-small is at nixos-26.11pre4.aaaaaaaaaaaa',
    'nixos-unstable is at nixos-26.11pre2.aaaaaaaaaaaa',
    'nixos-unstable is at nixos-26.11pre1.aaaaaaaaaaaa',
  ]);
});

it('has what RFC 4287 demands, and escapes what the mirror calls itself', async () => {
  const { ask } = await settledWorld();
  const { body = '' } = await ask('/channels.atom');
  expect(body.startsWith('<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">')).toBe(
    true,
  );
  expect(body).toContain(`<id>${MIRROR_URL}/channels.atom</id>`);
  expect(body).toContain('<title>Channels of mirror &lt;&amp;&gt; co</title>');
  expect(body).toContain('<author><name>mirror &lt;&amp;&gt; co</name></author>');
  expect(body).toContain(`<link rel="self" type="application/atom+xml" href="${MIRROR_URL}/channels.atom"/>`);
  expect(body).toContain('<updated>2026-11-23T00:00:00.000Z</updated>\n<author>');
  const [entry = ''] = /<entry>.*<\/entry>/s.exec(body) ?? [];
  expect(entry).toContain(`<id>${MIRROR_URL}/channels/nixos-unstable#${RELEASE}</id>`);
  expect(entry).toContain('<updated>2026-11-23T00:00:00.000Z</updated>');
  expect(entry).toContain(`<link rel="alternate" type="text/html" href="${MIRROR_URL}/releases/${RELEASE}"/>`);
});

it('is a feed without entries before anything is here', async () => {
  const { status, body } = await emptySettledWorld().ask('/channels.atom');
  expect(status).toBe(200);
  expect(body).toContain('<updated>1970-01-01T00:00:00.000Z</updated>');
  expect(titlesIn(body)).toEqual([]);
});

it('goes back no further than fifty releases of a channel, and looks each up once', async () => {
  const world = emptySettledWorld();
  const all = Array.from({ length: 80 }, (_, at) => release(at + 1));
  for (const [at, one] of all.entries()) await world.putManifest(one, { settledAt: day(at + 1) });
  await world.see(UNSTABLE, all);
  await world.point(UNSTABLE, release(80));
  expect(titlesIn((await world.ask('/channels.atom')).body)).toHaveLength(50);
  for (const one of all) await world.bucket.delete(`releases/${one}/manifest.json`);
  world.pass(61_000);
  expect(titlesIn((await world.ask('/channels.atom')).body)).toHaveLength(50);
});

it('finds one that settles late', async () => {
  const world = emptySettledWorld();
  await world.see(UNSTABLE, [release(1), release(2)]);
  await world.putManifest(release(2));
  await world.point(UNSTABLE, release(2));
  expect(titlesIn((await world.ask('/channels.atom')).body)).toHaveLength(1);
  await world.putManifest(release(1));
  world.pass(61_000);
  expect(titlesIn((await world.ask('/channels.atom')).body)).toHaveLength(2);
});

it('tells of no release that the channel did not come to, but an operator asked for', async () => {
  const world = await settledWorld();
  await world.putManifest(release(9));
  const releases = [release(9), RELEASE].map((one) => ({
    ...{ release: one, seenAt: day(1), fannedOut: true },
    ...(one === RELEASE ? {} : { backfilled: true }),
  }));
  await world.state.put(channelSeenKey(UNSTABLE), formatChannelSeen({ channel: UNSTABLE, releases }));
  expect(titlesIn((await world.ask('/channels.atom')).body)).toHaveLength(1);
  expect((await world.ask(`/releases/${release(9)}`)).status).toBe(200);
});
