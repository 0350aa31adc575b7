/**
 * Looks at a stage before `serverless deploy` changes anything, as `copycat check` does: what is missing is said in one list, and nothing
 * is deployed. `--param preflight=offline` asks nobody, where parameters, buckets or ClickHouse can't be reached from here.
 * JavaScript, because serverless loads its plugins itself.
 */
export default class PreflightPlugin {
  /** @param options `param`: those of the command line, as `name=value` */
  constructor(serverless, options) {
    this.hooks = {
      'before:deploy:deploy': async () => {
        const { lookingAt, offline } = await import('../local/preflight/look.ts');
        const { preflight } = await import('../local/preflight/preflight.ts');
        const { stageOf } = await import('../local/preflight/stage.ts');
        const { custom, functions, provider } = serverless.service;
        const stage = stageOf({ custom, functions, provider });
        const deps = options.param?.includes('preflight=offline') ? offline : lookingAt(provider.region);
        const problems = await preflight(stage, deps, AbortSignal.timeout(120_000));
        if (problems.length === 0) return;
        const list = problems.map((problem) => `  ${problem}`).join('\n');
        throw new serverless.classes.Error(`Nothing was deployed, for this is missing or wrong:\n${list}`, 'PREFLIGHT');
      },
    };
  }
}
