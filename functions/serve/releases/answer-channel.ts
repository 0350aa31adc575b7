/**
 * A channel's name leads to its release, which never changes. The answer is never kept: the channel moves.
 *
 * `nix-channel` goes on from the address that it was led to, and asks for the release's page and for `nixexprs.tar.xz` below it;
 * flakes and `fetchTarball` ask for the file below the channel.
 */
import { releaseKey } from '../../../events/release-manifest.ts';
import type { ChannelName } from '../../../shared/nix/release.ts';
import { type Answer, notFound, redirect } from '../answer.ts';
import type { Asked } from '../asked.ts';
import type { FindPointer } from './channel-pointers.ts';
import { fileOfChannel } from './latest-image.ts';
import { lockLink } from './lock-link.ts';
import type { FindRelease } from './settled-releases.ts';

export interface ChannelDeps {
  readonly pointers: FindPointer;
  readonly releases: FindRelease;
}

export async function answerChannel(
  { mirrorUrl }: Pick<Asked, 'mirrorUrl'>,
  channel: ChannelName,
  name: string | undefined,
  { pointers, releases }: ChannelDeps,
): Promise<Answer> {
  const pointer = await pointers(channel);
  const release = pointer && (await releases(pointer.release));
  if (!release) return notFound;
  if (name === undefined) return redirect(`${mirrorUrl}/releases/${release.release}`);
  const file = fileOfChannel(name, release.files);
  if (file === undefined) return notFound;
  return redirect(`${mirrorUrl}/${releaseKey(release.release, file)}`, lockLink(mirrorUrl, release, file));
}
