/** A section that is loaded with the first who asks for it: Nix never does, so a function that starts does not wait for it. */
import type { Section } from './respond.ts';

/** @param load is tried again by the next who asks, if it fails */
export function lateSection(isOurs: (path: string) => boolean, load: () => Promise<Section>): Section {
  let loaded: Promise<Section> | undefined;
  return async (asked) => {
    if (!isOurs(asked.path)) return undefined;
    loaded ??= load().catch((error: unknown) => {
      loaded = undefined;
      throw error;
    });
    return (await loaded)(asked);
  };
}
