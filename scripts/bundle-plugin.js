/**
 * Makes `serverless package` and `serverless deploy` bundle the functions first, so that no stale zip is ever deployed.
 * JavaScript, because serverless loads its plugins itself.
 */
import path from 'node:path';

export default class BundlePlugin {
  /** @param options `package`: where `--package` wants all of it; two packagings at once are then in no one's way. */
  constructor(serverless, options) {
    this.hooks = {
      'before:package:createDeploymentArtifacts': async () => {
        const { bundleFunctions } = await import('./bundle.ts');
        const { functions } = serverless.service;
        const handlers = new Map(Object.entries(functions).map(([name, { handler }]) => [name, handler]));
        const root = serverless.serviceDir;
        const into = options.package ? path.resolve(root, options.package, 'functions') : path.join(root, '.build');
        for (const { name, zip } of await bundleFunctions(root, handlers, into)) {
          functions[name].package = { ...functions[name].package, artifact: zip };
        }
      },
    };
  }
}
