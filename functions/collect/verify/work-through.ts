/** Works on items with at most `most` at the same time; each may bring more. After a failure nothing new begins. */
export async function workThrough<T>(
  start: Iterable<T>,
  most: number,
  work: (item: T) => Promise<Iterable<T>>,
): Promise<void> {
  const items = start[Symbol.iterator]();
  const more: T[] = [];
  const underWay = new Set<Promise<void>>();
  let failure: { readonly error: unknown } | undefined;

  const next = (): { readonly item: T } | undefined => {
    if (more.length > 0) return { item: more.pop() as T };
    const { done, value } = items.next();
    return done ? undefined : { item: value };
  };
  const begin = (item: T): void => {
    const working = work(item)
      .then((found) => {
        for (const one of found) more.push(one);
      })
      .catch((error: unknown) => {
        failure ??= { error };
      })
      .finally(() => underWay.delete(working));
    underWay.add(working);
  };

  for (;;) {
    while (!failure && underWay.size < most) {
      const found = next();
      if (!found) break;
      begin(found.item);
    }
    if (underWay.size === 0) break;
    await Promise.race(underWay);
  }
  if (failure) throw failure.error;
}
