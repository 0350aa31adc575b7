/** The files of a release and the page that lists them, as they lie below its prefix at releases.nixos.org. */
import { createHash } from 'node:crypto';
import { releaseName } from '../../shared/nix/release.ts';
import { formatStorePath } from '../../shared/nix/store-path.ts';
import { tarballOf } from '../../shared/tarball.ts';
import { formatReleasePage } from '../../shared/upstream/release-page-writer.ts';
import { type Built, outOf } from './build-objects.ts';
import type { ReleaseName } from './history.ts';
import { xz } from './store-object.ts';

export interface ReleaseFiles {
  /** HTML. */
  readonly page: Buffer;
  readonly files: ReadonlyMap<string, Buffer>;
}

export async function releaseFiles(name: ReleaseName, packages: Iterable<Built>): Promise<ReleaseFiles> {
  const { prefix, revision, releasedAt, small } = name;
  const listed = [...packages].filter(({ line }) => !line.hidden && !(small && line.desktop));
  const paths = listed.flatMap(({ outputs }) => [...outputs.values()].map(formatStorePath)).sort();
  const expression = { path: `${releaseName(prefix)}/default.nix`, contents: expressionOf(listed) };
  const files = new Map([
    ['binary-cache-url', Buffer.from('https://cache.nixos.org')],
    ['git-revision', Buffer.from(revision)],
    ['nixexprs.tar.xz', await xz(tarballOf([expression], releasedAt.getTime() / 1000))],
    ['src-url', Buffer.from(`https://hydra.nixos.org/eval/${1_820_000 + name.commit * 7 + (small ? 1 : 0)}`)],
    ['store-paths.xz', await xz(Buffer.from(paths.map((path) => `${path}\n`).join('')))],
  ]);
  const rows = [...files].map(([file, bytes]) => ({
    name: file,
    size: bytes.length,
    sha256: createHash('sha256').update(bytes).digest('hex'),
  }));
  return { page: Buffer.from(formatReleasePage(prefix, { revision, releasedAt, files: rows })), files };
}

/** Attributes that need no building: `nix-build <tarball> -A hello` fetches hello. */
function expressionOf(packages: readonly Built[]): string {
  const attributes = packages.map(
    ({ line, outputs }) => `  "${line.pname}" = builtins.storePath "${formatStorePath(outOf(outputs))}";\n`,
  );
  return `{ ... }:\n{\n${attributes.join('')}}\n`;
}
