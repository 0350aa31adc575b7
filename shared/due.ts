/**
 * Whether something is due, by a clock that may be set meanwhile, forward or back: what is further ahead than it can be was put there
 * by a clock that was wrong, and is due. So a wrong clock costs one wait too few or too many, and never years.
 *
 * @param at when it is due, and @param now what the clock says, in milliseconds since 1970
 * @param mostMs the furthest ahead that it can have been put
 */
export const isDue = (at: number, now: number, mostMs: number): boolean => now >= at || at - now > mostMs;
