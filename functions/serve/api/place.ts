/**
 * Which endpoint a path is of. A path with braces has parameters: `/api/packages/{pname}/daily`. Where a path could be of two, the
 * first one has it. Pure.
 */
export interface Place<E> {
  readonly endpoint: E;
  /** What stands in the braces, decoded; undefined in place of all when it can't be. */
  readonly said: readonly (readonly [string, string])[] | undefined;
}

export function placeIn<E extends { readonly path: string }>(
  endpoints: readonly E[],
  path: string,
): Place<E> | undefined {
  const parts = path.split('/');
  for (const endpoint of endpoints) {
    const wanted = endpoint.path.split('/');
    const fits = wanted.length === parts.length && wanted.every((one, at) => isName(one) || one === parts[at]);
    if (fits) return { endpoint, said: saidIn(wanted, parts) };
  }
  return undefined;
}

const isName = (part: string): boolean => part.startsWith('{');

function saidIn(wanted: readonly string[], parts: readonly string[]): Place<unknown>['said'] {
  try {
    return wanted.flatMap((one, at) =>
      isName(one) ? [[one.slice(1, -1), decodeURIComponent(parts[at] ?? '')] as const] : [],
    );
  } catch {
    return undefined;
  }
}
