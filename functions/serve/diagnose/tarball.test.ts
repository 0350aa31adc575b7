import { execFileSync } from 'node:child_process';
import { createDiagnose } from './diagnose.ts';
import { diagnoseTarball } from './tarball.ts';

describe('the diagnose tarball', () => {
  it('is one directory with an expression, and the script beside it to be run', async () => {
    const input = await diagnoseTarball('#!/bin/sh\n');
    const list = execFileSync('tar', ['-tvzf', '-'], { input, encoding: 'utf8' }).trim().split('\n');
    expect(list.map((line) => line.split(/\s+/)).map(([mode, , , , , path]) => `${mode} ${path}`)).toEqual([
      '-rw-r--r-- diagnose-cache/default.nix',
      '-rwxr-xr-x diagnose-cache/pkg/bin/diagnose-cache',
    ]);
    const script = execFileSync('tar', ['-xzOf', '-', 'diagnose-cache/pkg/bin/diagnose-cache'], { input });
    expect(script.toString()).toBe('#!/bin/sh\n');
  });

  it('is the same bytes for the same script', async () => {
    expect(await diagnoseTarball('x')).toEqual(await diagnoseTarball('x'));
    expect(await diagnoseTarball('x')).not.toEqual(await diagnoseTarball('y'));
  });

  it('holds the script that is handed out', async () => {
    const diagnose = createDiagnose({ mirror: 'http://a', upstream: 'http://b', keys: [] });
    const input = await diagnose.tarball();
    expect(await diagnose.tarball()).toBe(input);
    expect(execFileSync('tar', ['-xzOf', '-', 'diagnose-cache/pkg/bin/diagnose-cache'], { input })).toEqual(
      diagnose.script(),
    );
  });
});
