/**
 * One visible store path: whether all that its narinfo promises is so. Cheap checks for all of them; with `deep` its NAR is read as
 * well. Who is just taking a name away, or making it, is not accused: what is found wrong is looked at once more.
 */
import { type Bucket, bytesOf, type ObjectHead } from '../../../shared/bucket/bucket.ts';
import { Malformed, Unavailable } from '../../../shared/errors.ts';
import { listingKey, narInfoKey } from '../../../shared/nix/cache-object.ts';
import { type NarInfo, parseNarInfo } from '../../../shared/nix/narinfo.ts';
import { requireTrusted } from '../../../shared/nix/require-trusted.ts';
import type { PublicKey } from '../../../shared/nix/signature.ts';
import {
  formatBaseName,
  parseStorePathBaseName,
  type StorePath,
  type StorePathHash,
} from '../../../shared/nix/store-path.ts';
import type { NarFound } from './check-nar.ts';
import type { Finding } from './finding.ts';

export interface NameDeps {
  readonly bucket: Pick<Bucket, 'head' | 'get'>;
  readonly trustedKeys: readonly PublicKey[];
  readonly isVisible: (hash: StorePathHash, signal: AbortSignal) => Promise<boolean>;
  readonly hasListing: (hash: StorePathHash, signal: AbortSignal) => Promise<boolean>;
  /** Reads a NAR whole. */
  readonly readNar: (key: string, narInfo: NarInfo, signal: AbortSignal) => Promise<NarFound>;
  readonly deep: boolean;
}

export interface NameChecked {
  /** Absent when it can't be read. */
  readonly narInfo?: NarInfo;
  readonly narKey?: string;
  readonly findings: readonly Finding[];
}

/** At a NAR that is there and gone when it is read. */
const MOST_LOOKS = 3;

/** @returns undefined when there is no such name. */
export async function checkName(
  hash: StorePathHash,
  deps: NameDeps,
  signal: AbortSignal,
): Promise<NameChecked | undefined> {
  const stored = await deps.bucket.get(narInfoKey(hash), { signal });
  if (!stored) return undefined;
  const checked = await checkText(hash, await bytesOf(stored.body), deps, signal);
  if (checked.findings.length === 0) return checked;
  const still = await deps.bucket.head(narInfoKey(hash), signal);
  return still?.etag === stored.etag ? checked : { ...checked, findings: [] };
}

async function checkText(
  hash: StorePathHash,
  text: Uint8Array,
  deps: NameDeps,
  signal: AbortSignal,
): Promise<NameChecked> {
  const key = narInfoKey(hash);
  let narInfo: NarInfo;
  try {
    narInfo = parseNarInfo(text);
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    return { findings: [{ kind: 'narinfo-damaged', key, hash, evidence: error.message }] };
  }
  const path = formatBaseName(narInfo.storePath);
  let narKey: string;
  try {
    narKey = requireTrusted(narInfo, hash, deps.trustedKeys);
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error;
    return { findings: [{ kind: 'narinfo-untrusted', key, hash, path, evidence: error.message }] };
  }
  const findings = [
    ...(await flawsOfNar(narInfo, narKey, deps, signal)),
    ...(await missingReferences(narInfo, deps, signal)),
    ...(await missingListing(narInfo, deps, signal)),
  ];
  return { narInfo, narKey, findings };
}

/** FileSize is unsigned and has been wrong upstream: where the file has another, the file itself is asked. */
async function flawsOfNar(
  narInfo: NarInfo,
  key: string,
  deps: NameDeps,
  signal: AbortSignal,
  looks = MOST_LOOKS,
): Promise<Finding[]> {
  const { hash } = narInfo.storePath;
  const found = { key, hash, path: formatBaseName(narInfo.storePath) };
  const head = await deps.bucket.head(key, signal);
  if (!head) return [{ ...found, kind: 'nar-missing', evidence: `${key} is not here`, nar: { key, etag: undefined } }];
  const nar = { key, etag: head.etag };
  const flaw = flawOfLabels(head, narInfo);
  if (flaw !== undefined) return [{ ...found, kind: 'nar-mislabelled', evidence: flaw, nar }];
  if (!deps.deep && (narInfo.fileSize ?? head.size) === head.size) return [];
  const read = await deps.readNar(key, narInfo, signal);
  if (read.state === 'gone') {
    if (looks > 1) return flawsOfNar(narInfo, key, deps, signal, looks - 1);
    return [{ ...found, kind: 'unread', evidence: `${key} is there, and gone whenever it is read` }];
  }
  if (read.state === 'sound') return [];
  return [{ ...found, kind: 'nar-rotten', evidence: read.flaw, nar: { key, etag: read.etag } }];
}

/** The labels that copy gives it: a key that exists proves nothing. */
export function flawOfLabels({ metadata }: ObjectHead, { narHash }: NarInfo): string | undefined {
  const { 'nar-hash': said = 'none', 'store-path': broughtBy = '' } = metadata;
  if (said !== narHash) return `it was verified for the NarHash ${said}, and not for ${narHash}`;
  return isBaseName(broughtBy) ? undefined : 'it does not say whose copy brought it';
}

function isBaseName(text: string): boolean {
  try {
    return parseStorePathBaseName(text).name !== '';
  } catch {
    return false;
  }
}

/** Found with the reference: that is what has to be brought. */
async function missingReferences(narInfo: NarInfo, deps: NameDeps, signal: AbortSignal): Promise<Finding[]> {
  const own = narInfo.storePath.hash;
  const missing: StorePath[] = [];
  for (const reference of narInfo.references)
    if (reference.hash !== own && !(await deps.isVisible(reference.hash, signal))) missing.push(reference);
  return missing.map((reference) => ({
    kind: 'reference-missing',
    key: narInfoKey(reference.hash),
    hash: reference.hash,
    path: formatBaseName(reference),
    evidence: `${formatBaseName(narInfo.storePath)} refers to it`,
  }));
}

async function missingListing(narInfo: NarInfo, deps: NameDeps, signal: AbortSignal): Promise<Finding[]> {
  const { hash } = narInfo.storePath;
  const key = listingKey(hash);
  if (await deps.hasListing(hash, signal)) return [];
  return [
    { kind: 'listing-missing', key, hash, path: formatBaseName(narInfo.storePath), evidence: `${key} is not here` },
  ];
}
