import { Malformed } from '../errors.ts';
import { narString, narWords } from './nar-format.ts';
import { type NarNode, writeNar } from './nar-writer.ts';

const narOf = (node: NarNode): Buffer => Buffer.concat([...writeNar(node)]);
const empty: NarNode = { type: 'regular', contents: '' };

describe('writeNar', () => {
  it('writes a file as Nix does', () => {
    const words = ['nix-archive-1', '(', 'type', 'regular', 'executable', '', 'contents', 'hello, world\n', ')'];
    expect(narOf({ type: 'regular', contents: 'hello, world\n', executable: true })).toEqual(narWords(...words));
  });

  it('writes a link and a directory as Nix does', () => {
    const link: NarNode = { type: 'symlink', target: '/nix/store' };
    expect(narOf({ type: 'directory', entries: new Map([['store', link]]) })).toEqual(
      narWords(
        ...['nix-archive-1', '(', 'type', 'directory', 'entry', '(', 'name', 'store', 'node'],
        ...['(', 'type', 'symlink', 'target', '/nix/store', ')', ')', ')'],
      ),
    );
  });

  it('sorts names by their bytes, not as JavaScript compares strings', () => {
    const names = ['\u{1F4A1}', '\uFF5E', 'ä', 'z', 'a', 'Z', '10', '9'];
    const nar = narOf({ type: 'directory', entries: new Map(names.map((name) => [name, empty])) });
    const places = ['10', '9', 'Z', 'a', 'z', 'ä', '\uFF5E', '\u{1F4A1}'].map((name) => nar.indexOf(narString(name)));
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(Math.min(...places)).toBeGreaterThan(0);
  });

  it.each(['', '.', '..', 'a/b', 'a\0b', 'x'.repeat(1_025)])('refuses the name %j', (name) => {
    expect(() => narOf({ type: 'directory', entries: new Map([[name, empty]]) })).toThrow(Malformed);
  });

  it.each(['', 'a\0b', 'x'.repeat(4_097)])('refuses the target %j', (target) => {
    expect(() => narOf({ type: 'symlink', target })).toThrow(Malformed);
  });
});
