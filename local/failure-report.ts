/**
 * What a scheduled function fails of, said when it begins and when it is over: publish fires every second, and would say the same as
 * often.
 */
import * as v from 'valibot';
import type { Log } from '../shared/log.ts';

export interface FailureReport {
  failed(error: unknown): void;
  worked(): void;
}

/** What a function threw, as its process tells it: with its own code, and the bucket where one was in the way. */
const Threw = v.object({
  facts: v.object({ code: v.string(), facts: v.optional(v.object({ bucket: v.optional(v.string()) })) }),
});

/** `BUCKET_FAILED` and the like; undefined when the process did not live to say it. */
export function codeThrown(error: unknown): string | undefined {
  const threw = v.safeParse(Threw, error);
  return threw.success ? threw.output.facts.code : undefined;
}

export function createFailureReport(name: string, log: Pick<Log, 'info' | 'error'>): FailureReport {
  let failing: { readonly code: string | undefined } | undefined;
  return {
    failed(error) {
      const code = codeThrown(error);
      if (!failing || failing.code !== code) {
        const threw = v.safeParse(Threw, error);
        const bucket = threw.success ? threw.output.facts.facts?.bucket : undefined;
        log.error('function.failed', { function: name, ...(bucket ? { bucket } : {}), error });
      }
      failing = { code };
    },
    worked() {
      if (failing) log.info('function.recovered', { function: name });
      failing = undefined;
    },
  };
}
