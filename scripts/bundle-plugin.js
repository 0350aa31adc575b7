/**
 * Makes `serverless package` and `serverless deploy` bundle the functions first, so that no stale zip is ever deployed.
 * JavaScript, because serverless loads its plugins itself.
 */
import path from 'node:path';

export default class BundlePlugin {
  constructor(serverless) {
    this.hooks = {
      'before:package:createDeploymentArtifacts': async () => {
        const { bundleFunctions } = await import('./bundle.ts');
        const { functions } = serverless.service;
        const handlers = new Map(Object.entries(functions).map(([name, { handler }]) => [name, handler]));
        const root = serverless.serviceDir;
        for (const { name, zip } of await bundleFunctions(root, handlers, path.join(root, '.build'))) {
          functions[name].package = { ...functions[name].package, artifact: zip };
        }
      },
    };
  }
}
