/** What `/diagnose-cache` and `/diagnose-cache.tar.gz` answer. Made when first asked for, once for each set of options. */
import { type DiagnoseOptions, diagnoseScript } from './script.ts';
import { diagnoseTarball } from './tarball.ts';

export interface Diagnose {
  /** For `curl -sL <mirror>/diagnose-cache | sh`. */
  script(): Uint8Array;
  /** For `nix shell -f <mirror>/diagnose-cache.tar.gz -c diagnose-cache`; gzip. */
  tarball(): Promise<Uint8Array>;
}

/** @throws {Malformed} when the mirror or upstream is no plain address. */
export function createDiagnose(options: DiagnoseOptions): Diagnose {
  const script = diagnoseScript(options);
  let tarball: Promise<Uint8Array> | undefined;
  return {
    script: () => Buffer.from(script),
    tarball: () => {
      tarball ??= diagnoseTarball(script);
      return tarball;
    },
  };
}
