import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describeWithReference } from '../testing/reference.ts';
import { splitPackageName } from './package-name.ts';

describe('the package in a name', () => {
  it.each([
    ['apache-httpd-2.0.48', 'apache-httpd', '2.0.48', ''],
    ['python3.12-requests-2.31.0', 'python3.12-requests', '2.31.0', ''],
    ['libX11-1.6.8', 'libX11', '1.6.8', ''],
    ['net-tools-1.60_p20170221182432', 'net-tools', '1.60_p20170221182432', ''],
    ['firefox-unwrapped-unstable-2024-01-01', 'firefox-unwrapped-unstable', '2024-01-01', ''],
    ['nixos-system-machine-22.05pre-git', 'nixos-system-machine', '22.05pre-git', ''],
    ['nixos-system-nixos-18.09.2095.7e15417e423', 'nixos-system-nixos', '18.09.2095.7e15417e423', ''],
    ['font-awesome-_x', 'font-awesome', '_x', ''],
    ['foo-ü1', 'foo', 'ü1', ''],
    ['x--y', 'x', '-y', ''],
    ['-1', '', '1', ''],
  ])('%s is %s in version %j', (name, pname, version, output) => {
    expect(splitPackageName(name)).toEqual({ pname, version, output });
  });

  it.each(['hello', 'hello-dev', 'hello-', 'source', '2048', '3proxy', 'trailing-', ''])(
    '%s has no version',
    (name) => {
      expect(splitPackageName(name)).toEqual({ pname: name, version: '', output: '' });
    },
  );

  it.each([
    ['hello-2.12.1-doc', 'hello', '2.12.1', 'doc'],
    ['glibc-2.40-36-bin', 'glibc', '2.40-36', 'bin'],
    ['xgcc-14.3.0-libgcc', 'xgcc', '14.3.0', 'libgcc'],
    ['shadow-4.13-su', 'shadow', '4.13', 'su'],
    ['python3.10-respx-0.20.2-dist', 'python3.10-respx', '0.20.2', 'dist'],
    ['libdatrie-2019-12-20-lib', 'libdatrie', '2019-12-20', 'lib'],
    ['x-1-dev-bin', 'x', '1-dev', 'bin'],
  ])('%s is of %s %s the output %s', (name, pname, version, output) => {
    expect(splitPackageName(name)).toEqual({ pname, version, output });
  });

  it.each([
    ['lisp-closure-common-20181018-git', '20181018-git'],
    ['linux-5.19.12-modules', '5.19.12-modules'],
    ['ghc-9.8.4-with-packages', '9.8.4-with-packages'],
    ['hello-2.12.1-Dev', '2.12.1-Dev'],
    ['hello-2.12.1-doc.drv', '2.12.1-doc.drv'],
    ['x--bin', '-bin'],
  ])('%s is no output', (name, version) => {
    expect(splitPackageName(name)).toMatchObject({ version, output: '' });
  });

  it('loses nothing but the dashes between', () => {
    const name = fc.oneof(fc.string(), fc.stringMatching(/^([a-z]{0,3}-){0,3}[0-9]?(-(bin|doc|git)){0,3}$/));
    fc.assert(
      fc.property(name, (whole) => {
        const { pname, version, output } = splitPackageName(whole);
        expect([pname, version && `-${version}`, output && `-${output}`].join('')).toBe(whole);
        expect(output === '' || version !== '').toBe(true);
      }),
    );
  });
});

describeWithReference('the packages of real names', (dir) => {
  it('are what their derivers say: the same but for the output, which is what the deriver lacks', () => {
    const narInfos = readFileSync(join(dir, 'data/narinfo/signed.txt'), 'utf8').split('\n\n');
    const named = narInfos.flatMap((narInfo) => {
      const [, name] = /^StorePath: \/nix\/store\/.{32}-(.*)$/m.exec(narInfo) ?? [];
      const [, deriver] = /^Deriver: .{32}-(.*)\.drv$/m.exec(narInfo) ?? [];
      return name !== undefined && deriver !== undefined ? [{ name, deriver }] : [];
    });
    expect(named.length).toBeGreaterThan(600);
    expect(named.filter(({ name, deriver }) => name !== deriver).length).toBeGreaterThan(100);
    const wrong = named.filter(({ name, deriver }) => {
      const { pname, version, output } = splitPackageName(name);
      const whole = splitPackageName(deriver);
      return pname !== whole.pname || version !== whole.version || output !== name.slice(deriver.length + 1);
    });
    expect(wrong.map(({ name }) => name)).toEqual(['python3.9-textx-3.0.0-testout']); // too rare for the list
  });

  it('have the version of their other outputs', () => {
    const list = readFileSync(join(dir, 'data/store-paths/real-store-paths.txt'), 'utf8').split('\n').filter(Boolean);
    const names = new Set(list.map((path) => path.slice('/nix/store/'.length + 33)));
    const outputs = [...names].filter((name) => splitPackageName(name).output !== '');
    expect(outputs.length / names.size).toBeGreaterThan(0.15);
    const known = outputs.filter((name) => {
      const { pname, version } = splitPackageName(name);
      return names.has(`${pname}-${version}`);
    });
    expect(known.length / outputs.length).toBeGreaterThan(0.6); // the list is not whole
  });
});
