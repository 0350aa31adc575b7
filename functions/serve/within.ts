/** A patience that several works share: what has not come by its end is undefined, and goes on without anybody waiting. */
export function within(ms: number): <T>(work: Promise<T>) => Promise<T | undefined> {
  const end = performance.now() + ms;
  return async (work) => {
    const { promise: late, resolve } = Promise.withResolvers<undefined>();
    const timer = setTimeout(resolve, Math.max(0, end - performance.now()), undefined);
    try {
      return await Promise.race([work, late]);
    } finally {
      clearTimeout(timer);
    }
  };
}
