/**
 * The diagnose script as something that Nix builds without nixpkgs: one directory with `default.nix`, and the script beside
 * it. Nix takes only a tarball from an address, not a bare expression.
 */
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { tarballOf } from '../../../shared/tarball.ts';

const expression = readFileSync(new URL('./default.nix', import.meta.url), 'utf8');

/** 1980: some programs warn about files that are older. The same script gives the same bytes. */
const MODIFIED = 315_532_800;

export function diagnoseTarball(script: string): Promise<Uint8Array> {
  const files = [
    { path: 'diagnose-cache/default.nix', contents: expression },
    { path: 'diagnose-cache/pkg/bin/diagnose-cache', contents: script, executable: true },
  ];
  return promisify(gzip)(tarballOf(files, MODIFIED), { level: 9 });
}
