import fc from 'fast-check';
import { splitPackageName } from './package-name.ts';

describe('the package in a name', () => {
  it.each([
    ['apache-httpd-2.0.48', 'apache-httpd', '2.0.48', ''],
    ['hello', 'hello', '', ''],
    ['hello-2.12.1-doc', 'hello', '2.12.1', 'doc'],
    ['python3.11-requests-2.31.0', 'python3.11-requests', '2.31.0', ''],
    ['libX11-1.6.8', 'libX11', '1.6.8', ''],
    ['net-tools-1.60_p20170221182432', 'net-tools', '1.60_p20170221182432', ''],
    ['firefox-unwrapped-unstable-2024-01-01', 'firefox-unwrapped-unstable', '2024-01-01', ''],
    ['font-awesome-_x', 'font-awesome', '_x', ''],
    ['x--y', 'x', '-y', ''],
    ['trailing-', 'trailing-', '', ''],
    ['-1', '', '1', ''],
    ['glibc-2.40-36-bin', 'glibc', '2.40-36', 'bin'],
    ['hello-doc', 'hello-doc', '', ''],
  ])('%s is %s in version %j, output %j', (name, pname, version, output) => {
    expect(splitPackageName(name)).toEqual({ pname, version, output });
  });

  it('loses nothing but the dashes between', () => {
    fc.assert(
      fc.property(fc.string(), (name) => {
        const { pname, version, output } = splitPackageName(name);
        return [pname, `${pname}-${version}`, `${pname}-${version}-${output}`].includes(name);
      }),
    );
  });
});
