/** What load's metrics say of one invocation: the sum of its deliveries, and the longest delay of one. Pure. */
export interface LoadFigures {
  /** Put in, by each try of a delivery. */
  readonly RowsLoaded?: number;
  readonly LinesUnreadable?: number;
  /** From the youngest line of a delivery until its rows are there. */
  readonly LogDelaySeconds?: number;
  readonly DeliveriesFailed?: number;
}

export const LOAD_UNITS = { LogDelaySeconds: 'Seconds' } as const;

/** No delay where nothing was loaded: it would be a good one. */
export function sumOf(
  deliveries: readonly LoadFigures[],
): Required<Omit<LoadFigures, 'LogDelaySeconds'>> & LoadFigures {
  const sum = (name: keyof LoadFigures): number => deliveries.reduce((total, one) => total + (one[name] ?? 0), 0);
  const delays = deliveries.flatMap(({ LogDelaySeconds }) => LogDelaySeconds ?? []);
  return {
    RowsLoaded: sum('RowsLoaded'),
    LinesUnreadable: sum('LinesUnreadable'),
    DeliveriesFailed: sum('DeliveriesFailed'),
    ...(delays.length > 0 && { LogDelaySeconds: Math.max(...delays) }),
  };
}
