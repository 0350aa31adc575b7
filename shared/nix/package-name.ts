/**
 * The package in a store path's name, by the rule of Nix's own tools (nix: src/libstore/names.cc, DrvName): the version
 * starts after the first dash that no letter follows. What nixpkgs appends to it for an output other than `out` is taken off.
 *     apache-httpd-2.0.48 → apache-httpd, 2.0.48
 *     glibc-2.40-36-bin   → glibc, 2.40-36, bin
 */
export interface PackageName {
  readonly pname: string;
  /** Empty when the name has no version. */
  readonly version: string;
  /** Empty for `out`. */
  readonly output: string;
}

const VERSION = /-(?=[^A-Za-z])/;
const OUTPUT = /-(bin|dev|lib|man|doc|info|devdoc|debug|static|data|dist|terminfo)$/;

export function splitPackageName(name: string): PackageName {
  const dash = name.search(VERSION);
  if (dash < 0) return { pname: name, version: '', output: '' };
  const version = name.slice(dash + 1);
  const [suffix = '', output = ''] = OUTPUT.exec(version) ?? [];
  return { pname: name.slice(0, dash), version: version.slice(0, version.length - suffix.length), output };
}
