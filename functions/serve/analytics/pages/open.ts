/** The pages of figures. Nix never needs them, so a function that starts does not wait for them. */
import type { Section } from '../../respond.ts';
import type { PagesDeps } from './section.ts';

export function openPages(deps: PagesDeps): Section {
  let opened: Promise<Section> | undefined;
  const open = async (): Promise<Section> => (await import('./section.ts')).pagesSection(deps);
  return async (asked) => {
    if (!/^\/(analytics|packages)(\/|$)/.test(asked.path)) return undefined;
    opened ??= open();
    return (await opened)(asked);
  };
}
