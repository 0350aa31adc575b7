/** How much the scrub may read now: so much a day, spread over it. What was not used is kept for a day; what was overdrawn is owed. Pure. */
const DAY_MS = 86_400_000;

export function allowanceNow(
  before: { readonly at: string; readonly allowance: number } | undefined,
  bytesPerDay: number,
  now: Date,
): number {
  if (!before) return 0; // a mirror that has just begun has other things to do
  const ms = Math.max(0, now.getTime() - Date.parse(before.at));
  return Math.min(bytesPerDay, Math.floor(before.allowance + (ms / DAY_MS) * bytesPerDay));
}
