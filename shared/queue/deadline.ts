/** A signal that aborts a little before the platform ends the run, so that there is time for last words. */
export function signalOf(context: { getRemainingTimeInMillis(): number }, keepBackMs = 5_000): AbortSignal {
  const remaining = context.getRemainingTimeInMillis();
  return AbortSignal.timeout(Math.max(0, Math.round(remaining - Math.min(keepBackMs, remaining / 4))));
}
