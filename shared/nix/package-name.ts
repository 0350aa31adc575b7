/**
 * The package in a store path's name, by the rule of Nix's own tools (nix: src/libstore/names.cc, DrvName): the version
 * starts after the first dash that no letter follows.
 *     apache-httpd-2.0.48 → apache-httpd, 2.0.48
 */
export interface PackageName {
  readonly pname: string;
  /** With the output's name, where there is one: `2.12.1-doc`. Empty when the name has no version. */
  readonly version: string;
}

const VERSION = /-(?=[^A-Za-z])/;

export function splitPackageName(name: string): PackageName {
  const dash = name.search(VERSION);
  return dash < 0 ? { pname: name, version: '' } : { pname: name.slice(0, dash), version: name.slice(dash + 1) };
}
