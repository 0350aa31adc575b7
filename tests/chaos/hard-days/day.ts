/**
 * A hard day: a real mirror lives through one trouble while channels move, and then the trouble ends. Nothing may be lost by then,
 * every invariant must hold, and every message that failed must be accounted for by its reason (accounted.ts).
 */
export interface Day {
  /** As `npm run chaos -- --days` names it: `bucket-down`. */
  readonly name: string;
  /** What goes wrong, in a few words for the help. */
  readonly trouble: string;
  /** Why it can't be lived here, in words that go on after its name; undefined when it can. */
  impossible(told: Pick<DayOptions, 'minio'>): string | undefined;
  /** @throws what did not hold, and how to live the day again. */
  run(told: DayOptions): Promise<DayReport>;
}

export interface DayOptions {
  /** The reference folder. */
  readonly shared: string;
  /** The same seed, the same troubles. How fast programs run is another matter. */
  readonly seed: number;
  /** `short` ends within 40 s on two cores; `long` has more of the same. */
  readonly size: 'short' | 'long';
  /** MinIO's program, where there is one. */
  readonly minio: string | undefined;
  /** Is told how it goes, line by line. */
  readonly say: (line: string) => void;
  /** Ends the day early. */
  readonly signal?: AbortSignal;
}

export interface DayReport {
  readonly day: string;
  readonly seed: number;
  readonly durationMs: number;
  /** What was counted, by what it is: troubles by kind, failures by code, narinfos by status. */
  readonly counts: Readonly<Record<string, Readonly<Record<string, number>>>>;
}
