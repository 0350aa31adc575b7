/** How many store paths are not here, by reason, in words. */
import type { ManifestReason } from '../../../events/release-manifest.ts';
import { html, type Markup } from '../../../shared/web/markup.ts';
import { counted } from '../../../shared/web/words.ts';

const WORDS: Readonly<Record<ManifestReason, string>> = {
  missing: 'upstream lacks it',
  corrupt: 'upstream has it wrong',
  untrusted: 'no trusted key signed it',
  unsupported: 'it is stored in a way that is not mirrored',
  'too-large': 'it is too large',
  failing: 'upstream or the storage failed',
  blocked: 'a path that it needs is not here',
  withdrawn: 'it was damaged here, and is brought anew',
};

export function reasonList(unavailable: Readonly<Record<string, number>>): Markup {
  const items = Object.entries(unavailable).map(([reason, count]) => {
    const words = WORDS[reason as ManifestReason] as string | undefined;
    return html`<li>${counted(count)} <code>${reason}</code>${words !== undefined && `: ${words}`}</li>`;
  });
  return html`<ul class="plainly">${items}</ul>`;
}
