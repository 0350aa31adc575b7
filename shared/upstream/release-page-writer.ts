/** Writes a release page as upstream does (nixos-channel-scripts: mirror-nixos-branch.pl): for upstreams of our own. */
import type { ReleasePage } from './release-page.ts';

export function formatReleasePage(prefix: string, { revision, releasedAt, committedAt, files }: ReleasePage): string {
  const rows = files.map(
    ({ name, size, sha256 }) =>
      `<tr><td><a href='/${prefix}/${name}'>${name}</a></td><td align='right'>${size}</td><td><tt>${sha256}</tt></td></tr>`,
  );
  const commit = `<a href='https://github.com/NixOS/nixpkgs/commits/${revision}'>Git commit <tt>${revision}</tt></a>`;
  return (
    `<html><head><title>${prefix}</title></head><body><h1>${prefix}</h1><p>Released on ${dated(releasedAt)} from ${commit} ` +
    `${committedAt ? `from ${dated(committedAt)} ` : ''}via <a href='https://hydra.nixos.org/eval/1'>Hydra evaluation 1</a>.</p><table><thead><tr><th>File name</th>` +
    `<th>Size</th><th>SHA-256 hash</th></tr></thead><tbody>${rows.join('')}</tbody></table></body></html>`
  );
}

/** `2026-05-29 20:26:40 UTC` */
export const dated = (date: Date): string => `${date.toISOString().replace('T', ' ').slice(0, 19)} UTC`;
