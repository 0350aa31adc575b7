/**
 * The package in a store path's name, by the rule of Nix's own tools (nix: src/libstore/names.cc, DrvName): the version
 * starts after the first dash that no letter follows. Behind it may stand an output's name, which that rule knows nothing of.
 *     apache-httpd-2.0.48   → apache-httpd, 2.0.48
 *     glibc-2.40-36-bin     → glibc, 2.40-36, bin
 *     hello-dev             → hello-dev: where there is no version, nobody can tell an output from a name
 */
export interface PackageName {
  readonly pname: string;
  /** Empty when the name has none. */
  readonly version: string;
  /** Empty for `out`, which no name has. */
  readonly output: string;
}

const VERSION = /-(?=[^A-Za-z])/;

/**
 * Versions end in words, too (`20181018-git`), so only known outputs count: the usual ones of Nixpkgs, those of Haskell's and
 * Python's packages and of terminals, and those that every system has of a few packages (gcc, glibc, shadow, util-linux, bind,
 * libressl, qemu, nss-cacert). Not `modules`: linux-5.19.12-modules is a package of its own.
 */
const OUTPUT = new RegExp(
  `^(.+)-(${[
    ...['bin', 'debug', 'dev', 'devdoc', 'doc', 'info', 'lib', 'man', 'static'],
    ...['data', 'dist', 'terminfo'],
    ...['libgcc', 'getent', 'su', 'login', 'mount', 'swap', 'host', 'nc', 'ga', 'p11kit'],
  ].join('|')})$`,
  's',
);

export function splitPackageName(name: string): PackageName {
  const dash = name.search(VERSION);
  if (dash < 0) return { pname: name, version: '', output: '' };
  const [pname, rest] = [name.slice(0, dash), name.slice(dash + 1)];
  const [, version = rest, output = ''] = OUTPUT.exec(rest) ?? [];
  return { pname, version, output };
}
