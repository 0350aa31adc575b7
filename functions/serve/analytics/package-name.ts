/** Names of packages in addresses. Pure. */

/** All that the name of a store path may consist of, and as long as it may be. */
export const PACKAGE_NAME = /^[A-Za-z0-9+._?=-]{1,211}$/;
/** Browsers take these for a way up. */
const WAYS = new Set(['.', '..']);

export const isPackageName = (text: string): boolean => PACKAGE_NAME.test(text) && !WAYS.has(text);

/** What stands in the path of a URL, as it came. */
export function packageNameIn(encoded: string): string | undefined {
  try {
    const name = decodeURIComponent(encoded);
    return isPackageName(name) ? name : undefined;
  } catch {
    return undefined;
  }
}
