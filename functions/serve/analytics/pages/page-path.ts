/** Which addresses are pages of figures. */
export const BELOW_PACKAGES = '/packages/';

export const isPagePath = (path: string): boolean =>
  path === '/analytics' || path === '/packages' || path.startsWith(BELOW_PACKAGES);
