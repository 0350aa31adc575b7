/**
 * The page of a release. `nix-channel` asks for it and reads nothing of it; people do, and so does another Copycat that is fed by
 * this one (shared/upstream/release-page.ts): therefore the words `Released on` and `Git commit`, sizes in bytes, and no cell of
 * a table but those of its files.
 */
import { createHash } from 'node:crypto';
import { CHANGES_FILE } from '../../../events/release-changes.ts';
import { releaseName } from '../../../shared/nix/release.ts';
import type { ReleaseFile } from '../../../shared/nix/release-file.ts';
import { dated } from '../../../shared/upstream/release-page-writer.ts';
import type { Page } from '../../../shared/web/layout.ts';
import { html, type Markup, type Part } from '../../../shared/web/markup.ts';
import { section } from '../../../shared/web/section.ts';
import { of } from '../../../shared/web/words.ts';
import { BINARY_CACHE_URL } from './answer-file.ts';
import { reasonList } from './reason-list.ts';
import type { SettledRelease } from './settled-releases.ts';

export function releasePage(settled: SettledRelease, mirrorUrl: string): Page {
  const { release, listed } = settled;
  return {
    title: releaseName(release),
    tone: 'calm',
    mood: 'awake',
    band: html`<h1 class="title">${releaseName(release)}</h1><p class="lead">${released(settled)}</p>`,
    sections: [
      section(
        {
          id: 'files',
          heading: 'Files',
          note: html`<p>Upstream’s, byte for byte, but for <code>binary-cache-url</code>, which names this mirror. Sizes are in bytes.</p>`,
        },
        fileTable(settled, mirrorUrl),
      ),
      section(
        { id: 'store-paths', heading: 'Store paths', note: html`<p>${of(listed, 'path is', 'paths are')} listed.</p>` },
        pathsHere(settled),
      ),
    ],
  };
}

function pathsHere({ release, retiredAt, unavailable, changes }: SettledRelease): Markup {
  const manifest = html`<a href="/releases/${release}/manifest.json">manifest.json</a>`;
  if (retiredAt)
    return html`<p>They are not kept here since ${dated(retiredAt)}, but for those that newer releases share.</p>`;
  const brought =
    changes &&
    html`\n<p>What it brought, path by path: <a href="/releases/${release}/${CHANGES_FILE}">${CHANGES_FILE}</a></p>`;
  const lacking = Object.values(unavailable).reduce((sum, count) => sum + count, 0);
  if (lacking === 0) return html`<p>All of them are here.</p>\n<p>As a file: ${manifest}</p>${brought}`;
  return html`${reasonList(unavailable)}\n<p>What is not here, path by path: ${manifest}</p>${brought}`;
}

function released({ releasedAt, revision, lastModified }: SettledRelease): Part {
  if (revision === '') return `Released on ${dated(releasedAt)}.`;
  const commit = html`<a href="https://github.com/NixOS/nixpkgs/commits/${revision}">Git commit <code>${revision}</code></a>`;
  const from = lastModified === undefined ? '' : ` from ${dated(new Date(lastModified * 1_000))}`;
  return html`Released on ${dated(releasedAt)} from ${commit}${from}.`;
}

function fileTable({ release, files }: SettledRelease, mirrorUrl: string): Markup {
  const row = ({ name, size, sha256 }: ReleaseFile): Markup =>
    html`<tr><td><a href="/releases/${release}/${name}">${name}</a></td><td class="figure">${size}</td><td><code>${sha256}</code></td></tr>\n`;
  return html`<div class="scroll"><table class="plain"><caption class="unseen">Files of this release</caption><thead><tr><th scope="col">File name</th><th scope="col" class="figure">Size</th><th scope="col">SHA-256 hash</th></tr></thead>
<tbody>${files.map((file) => row(file.name === BINARY_CACHE_URL ? ours(mirrorUrl) : file))}</tbody></table></div>`;
}

/** As it is answered here. */
const ours = (mirrorUrl: string): ReleaseFile => ({
  name: BINARY_CACHE_URL,
  size: Buffer.byteLength(mirrorUrl),
  sha256: createHash('sha256').update(mirrorUrl).digest('hex'),
});
