/**
 * Makes `serverless package` and `serverless deploy` bundle the functions first, so that no stale zip is ever deployed.
 * JavaScript, because serverless loads its plugins itself.
 */
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

export default class BundlePlugin {
  /** @param options `package`: where `--package` wants all of it; two packagings at once are then in no one's way. */
  constructor(serverless, options) {
    const root = serverless.serviceDir;
    const packaged = options.package && path.resolve(root, options.package, 'functions');
    let kept;
    this.hooks = {
      'before:package:createDeploymentArtifacts': async () => {
        const { bundleFunctions } = await import('./bundle.ts');
        const { functions } = serverless.service;
        const handlers = new Map(Object.entries(functions).map(([name, { handler }]) => [name, handler]));
        for (const { name, zip } of await bundleFunctions(root, handlers, packaged ?? path.join(root, '.build'))) {
          functions[name].package = { ...functions[name].package, artifact: zip };
        }
      },
      // At its end osls makes the folder anew, and what is in it is lost: a later `deploy --package` looks for the zips there.
      'before:package:finalize': async () => {
        if (!packaged) return;
        kept = await mkdtemp(path.join(tmpdir(), 'copycat-functions-'));
        await cp(packaged, kept, { recursive: true });
      },
      'after:package:finalize': async () => {
        if (!kept) return;
        await cp(kept, packaged, { recursive: true });
        await rm(kept, { recursive: true });
      },
    };
  }
}
