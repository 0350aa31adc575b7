/**
 * The names under which channels.nixos.org has the newest images, whatever release they are of (mirror-nixos-branch.pl). Pure.
 *     latest-nixos-minimal-x86_64-linux.iso → nixos-minimal-26.11pre1034395.46fdc2f2a44d-x86_64-linux.iso
 */
import { isImage, type ReleaseFile } from '../../../shared/nix/release-file.ts';

const LATEST = /^latest-(nixos(?:-[a-z]+\d?)?)-([a-z0-9]+_?[a-z0-9]*-linux\.[a-z0-9]+)$/;
const SUM = '.sha256';

/** The file that a name below a channel means; undefined when it is not here. */
export function fileOfChannel(name: string, files: readonly ReleaseFile[]): string | undefined {
  if (files.some((file) => file.name === name)) return name;
  const summed = imageOfSum(name, files);
  if (summed) return name;
  const sum = name.endsWith(SUM);
  const [, kind, end] = LATEST.exec(sum ? name.slice(0, -SUM.length) : name) ?? [];
  if (kind === undefined || end === undefined) return undefined;
  const image = files.find(
    (file) =>
      isImage(file.name) &&
      file.name.endsWith(`-${end}`) &&
      file.name.startsWith(`${kind}-`) &&
      /^\d/.test(file.name.slice(kind.length + 1)),
  );
  return image && (sum ? `${image.name}${SUM}` : image.name);
}

/** The image whose sum a name is: `nixos-minimal-….iso.sha256`. Upstream has such files and does not list them. */
export const imageOfSum = (name: string, files: readonly ReleaseFile[]): ReleaseFile | undefined =>
  name.endsWith(SUM) ? files.find((file) => isImage(file.name) && file.name === name.slice(0, -SUM.length)) : undefined;
