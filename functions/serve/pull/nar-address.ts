/**
 * Where upstream has a NAR file. Pure.
 *     nar/1094wph9z4nwlgvsd53abfz8i117ykiv5dwnq9nnhz846s7xqd7d.nar.xz
 * Only keys as Nix and Hydra make them (nix: binary-cache-store.cc): nobody is sent to upstream for anything else.
 */
const NAR_KEY = /^nar\/[0-9a-df-np-sv-z]{52}\.nar(?:\.(?:xz|zst|bz2|gz|br))?$/;

export const narAddress = (upstreamUrl: string, key: string): string | undefined =>
  NAR_KEY.test(key) ? `${upstreamUrl}/${key}` : undefined;
