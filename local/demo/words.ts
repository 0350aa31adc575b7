/** What the demo says to a person: where it is, what to try, where its data lies. */
import type { Outlook } from './upstream-process.ts';

export interface DemoWords {
  /** Where the mirror answers. */
  readonly url: string;
  /** Where its upstream does. */
  readonly upstream: string;
  readonly directory: string;
  readonly outlook: Outlook;
}

export function whatToTry({ url, upstream, directory, outlook }: DemoWords): string {
  const { hello, blocked, corrupt, missing } = outlook.landmarks;
  const isBroken = outlook.broken.some(({ kind }) => kind === 'corrupt');
  const why = isBroken ? `404, for ${corrupt.name} is corrupt upstream` : `${corrupt.name} has been repaired`;
  return `
Copycat serves ${url}
It mirrors an upstream of its own, ${upstream}, which has ${missing.name} missing
${isBroken ? `and ${corrupt.name} corrupt: that costs them and what refers to them, and nothing else.` : 'and nothing corrupt any more.'}

Try in another terminal, once all is copied:
  curl ${url}/${hello.hash}.narinfo
  # ${blocked.name}: ${why}
  curl -i ${url}/${blocked.hash}.narinfo
  # with Nix, into a store of its own
  nix --extra-experimental-features nix-command copy --from ${url} \\
    --option trusted-public-keys ${outlook.publicKey} \\
    --to /tmp/copycat-demo ${storePath(hello)}
  sh /tmp/copycat-demo${storePath(hello)}/bin/hello
  # make news at upstream yourself
  curl -X POST ${upstream}/_advance/nixos-unstable

Everything is in ${directory}; its cache/ is a binary cache, too. To remove it: rm -r ${directory}
Ctrl-C ends the demo, and started again it goes on where it was.

`;
}

type Named = { readonly hash: string; readonly name: string };
const storePath = ({ hash, name }: Named): string => `/nix/store/${hash}-${name}`;
