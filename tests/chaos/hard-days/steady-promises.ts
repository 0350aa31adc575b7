/**
 * What holds of buckets at every write, whatever a clock says: no name without its NAR and its references, none of which goes before it;
 * no channel that moves back; nothing that a channel's release lists taken away. It shares no code with who writes.
 */
import { type Body, type Bucket, bytesOf } from '../../../shared/bucket/bucket.ts';
import { parseNarInfo } from '../../../shared/nix/narinfo.ts';

interface Name {
  readonly references: readonly string[];
  readonly nar: string;
  readonly narHash: string;
}

export interface SteadyPromises {
  /** The public bucket, looked at whenever it is written. */
  readonly watch: (bucket: Bucket) => Bucket;
  readonly visible: ReadonlyMap<string, Name>;
  /** Where the channel stands: the number of the release; -1 before. */
  at(): number;
  /** @throws all that was seen. */
  complain(): void;
}

/** @param releases what each lists, oldest first @param mayLack hashes that upstream may have had wrong */
export function createSteadyPromises(
  releases: ReadonlyMap<string, ReadonlySet<string>>,
  mayLack: (hash: string) => boolean,
): SteadyPromises {
  const names = new Map<string, Name>();
  const nars = new Map<string, string>();
  const complaints = new Set<string>();
  const order = [...releases.keys()];
  let at = -1;

  const listed = (): ReadonlySet<string> => releases.get(order[at] ?? '') ?? new Set();

  function named(hash: string, text: string): void {
    const { references, url, narHash } = parseNarInfo(text);
    const name = { references: references.map((path) => path.hash), nar: url, narHash };
    names.set(hash, name);
    if (nars.get(url) !== narHash) complaints.add(`${hash} is named without its NAR`);
    for (const reference of name.references)
      if (!names.has(reference)) complaints.add(`${hash} is named without its reference ${reference}`);
  }

  function moved(text: string): void {
    const { release } = JSON.parse(text) as { readonly release: string };
    const to = order.indexOf(release);
    if (to < at) complaints.add(`the channel moves back, to ${release}`);
    at = to;
    for (const hash of listed())
      if (!names.has(hash) && !mayLack(hash))
        complaints.add(`the channel moves to ${release}, and ${hash} is not here`);
  }

  function removed(key: string): void {
    if (key.startsWith('nar/')) {
      nars.delete(key);
      for (const [hash, { nar }] of names) if (nar === key) complaints.add(`${hash} loses its NAR`);
    }
    if (!key.endsWith('.narinfo')) return;
    const hash = key.slice(0, 32);
    names.delete(hash);
    for (const [referrer, { references }] of names)
      if (references.includes(hash)) complaints.add(`${referrer} loses its reference ${hash}`);
    if (listed().has(hash)) complaints.add(`${hash} goes, and the release where the channel stands lists it`);
  }

  return {
    visible: names,
    at: () => at,
    complain() {
      if (complaints.size > 0) throw new Error([...complaints].join('\n'));
    },
    watch: (bucket) => ({
      ...bucket,
      async put(key: string, body: Body, options) {
        const bytes = typeof body === 'string' || body instanceof Uint8Array ? Buffer.from(body) : await bytesOf(body);
        const done = await bucket.put(key, bytes, options);
        if (key.startsWith('nar/')) nars.set(key, options?.metadata?.['nar-hash'] ?? '');
        else if (key.endsWith('.narinfo')) named(key.slice(0, 32), bytes.toString('utf8'));
        else if (key.startsWith('channels/')) moved(bytes.toString('utf8'));
        return done;
      },
      async delete(key, signal) {
        await bucket.delete(key, signal);
        removed(key);
      },
    }),
  };
}
