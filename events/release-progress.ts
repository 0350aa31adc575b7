/**
 * How far a release under way has come: state `releases/<prefix>/progress.json`. Publish writes it while it waits for the
 * release, and takes it away when the release is settled.
 */
import * as v from 'valibot';
import { parseReleasePrefix, type ReleasePrefix } from '../shared/nix/release.ts';
import { count, field, parseJson, time } from './record.ts';

export interface ReleaseProgress {
  readonly release: ReleasePrefix;
  /** The commit of nixpkgs; empty when upstream's release names none. */
  readonly revision: string;
  /** Store paths that the release lists. */
  readonly listed: number;
  /** Of these, neither here nor known to be unavailable. */
  readonly toCome: number;
  readonly at: string;
}

export const progressKey = (release: ReleasePrefix): string => `releases/${release}/progress.json`;

const schema = v.object({
  release: field(parseReleasePrefix),
  revision: v.string(),
  listed: count,
  toCome: count,
  at: time,
});

export const formatReleaseProgress = (progress: ReleaseProgress): string => `${JSON.stringify(progress, null, 1)}\n`;
/** @throws {Malformed} */
export const parseReleaseProgress = (text: string): ReleaseProgress =>
  parseJson('the progress of a release', schema, text);
