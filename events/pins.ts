/**
 * What stays whatever is retained: state `pins.json`. People write it (scripts/pin.ts); collect reads it.
 *     {"pins":[{"path":"1b2c…-hello-2.12.1","at":"2026-11-25T10:00:00.000Z","note":"for the workshop"},
 *      {"release":"nixos/unstable/nixos-26.11pre…","at":"2026-11-25T10:05:00.000Z"}]}
 * A store path is kept with its closure, a release with all that it lists.
 */
import * as v from 'valibot';
import { parseReleasePrefix, type ReleasePrefix } from '../shared/nix/release.ts';
import { formatBaseName, parseStorePathBaseName, type StorePath } from '../shared/nix/store-path.ts';
import { field, parseJson, time } from './record.ts';

export interface Pin {
  readonly what: { readonly path: StorePath } | { readonly release: ReleasePrefix };
  readonly at: string;
  /** For people. */
  readonly note?: string;
}

export const PINS_KEY = 'pins.json';
const MOST_NOTE = 500;

const common = { at: time, note: v.exactOptional(v.pipe(v.string(), v.maxLength(MOST_NOTE))) };
const schema = v.object({
  pins: v.array(
    v.union([
      v.pipe(
        v.strictObject({ path: field(parseStorePathBaseName), ...common }),
        v.transform(({ path, ...rest }): Pin => ({ what: { path }, ...rest })),
      ),
      v.pipe(
        v.strictObject({ release: field(parseReleasePrefix), ...common }),
        v.transform(({ release, ...rest }): Pin => ({ what: { release }, ...rest })),
      ),
    ]),
  ),
});

/** How a pin is named: by whoever sets it, and in lists. */
export const nameOfPin = ({ what }: Pick<Pin, 'what'>): string =>
  'path' in what ? formatBaseName(what.path) : what.release;

export const formatPins = (pins: readonly Pin[]): string => {
  const written = pins.map(({ what, ...rest }) => ({
    ...('path' in what ? { path: formatBaseName(what.path) } : what),
    ...rest,
  }));
  return `${JSON.stringify({ pins: written }, null, 1)}\n`;
};

/** @throws {Malformed} */
export const parsePins = (text: string): readonly Pin[] => parseJson('a record of pins', schema, text).pins;
