/** The diagnose script as one mirror hands it out: `diagnose-cache.sh` with its four values put in. Pure. */
import { readFileSync } from 'node:fs';
import { Malformed } from '../../../shared/errors.ts';
import { formatPublicKey, type PublicKey } from '../../../shared/nix/signature.ts';
import { formatBaseName, type StorePath } from '../../../shared/nix/store-path.ts';

export interface DiagnoseOptions {
  /** Where clients find us: `https://cache.example.org`. It may come from a request, so it is checked here. */
  readonly mirror: string;
  /** Whom we mirror, such as `https://cache.nixos.org`. */
  readonly upstream: string;
  /** Whose signatures our narinfos have. */
  readonly keys: readonly PublicKey[];
  /** A store path that is visible, with a small NAR of 64 KiB or more; without one only the mirror itself is tried. */
  readonly sample?: StorePath | undefined;
}

/** The same as ADDRESS in the script. What a shell, a terminal or a page could take for anything else is not in it. */
const ADDRESS = /^https?:\/\/([A-Za-z0-9_.-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?(\/[A-Za-z0-9._~%-]+)*\/?$/;
const PLACEHOLDER = /'@([A-Z]+)@'/g;

const template = readFileSync(new URL('./diagnose-cache.sh', import.meta.url), 'utf8');

/** @throws {Malformed} when the mirror or upstream is no plain address. */
export function diagnoseScript({ mirror, upstream, keys, sample }: DiagnoseOptions): string {
  const values = new Map([
    ['MIRROR', address(mirror, 'mirror')],
    ['UPSTREAM', address(upstream, 'upstream')],
    ['KEYS', keys.map(formatPublicKey).join(' ')],
    ['SAMPLE', sample ? formatBaseName(sample) : ''],
  ]);
  return template.replace(PLACEHOLDER, (whole, name: string) => {
    const value = values.get(name);
    return value === undefined ? whole : quoted(value);
  });
}

function address(text: string, field: string): string {
  if (!ADDRESS.test(text)) throw new Malformed(`the ${field} is no plain http or https address`, { field });
  return text;
}

/** As one word of a shell, whatever is in it. */
const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
