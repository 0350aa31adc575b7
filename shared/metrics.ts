/**
 * Figures for CloudWatch, of which alarms are made: one line of its embedded metric format (EMF) on standard output, from which
 * CloudWatch Logs takes them. Nothing is called and nothing is waited for.
 *     {"_aws":{"Timestamp":1764068400000,"CloudWatchMetrics":[{"Namespace":"Copycat","Dimensions":[["Function"]],
 *      "Metrics":[{"Name":"Copied","Unit":"Count"}]}]},"Function":"copy","Copied":9}          it is one line
 * By hand, for the format is this one object. AWS's own package brings a logger, an environment that it looks for, and an agent.
 *
 * Each stage of a deployment has a namespace of its own, such as `Copycat/prod`, or their figures and alarms would be of both.
 * A dimension's value makes a metric of its own that is paid for, so it comes from a closed list: never a store path, never a client.
 */
import { oneOf, text } from './config/readers.ts';

/** Where nothing says one. */
export const NAMESPACE = 'Copycat';

/** What every function is told of them: deployed, serverless.yml says `emf`. */
export const METRICS_SETTINGS = {
  METRICS: oneOf<'emf' | 'off'>(['emf', 'off'], 'off'),
  METRICS_NAMESPACE: text(NAMESPACE),
};

export type Unit = 'Count' | 'Bytes' | 'Seconds' | 'Milliseconds';

/** What CloudWatch takes of one line. */
export const MOST_METRICS = 100;
export const MOST_DIMENSIONS = 30;

export interface Metrics {
  /** Whether anybody hears of them: what only they need is not looked up otherwise. */
  readonly on: boolean;
  /**
   * Writes one line, as an invocation ends.
   * @param units of those that are no counts
   * @param dimensions besides the function
   */
  put<Name extends string>(
    values: Readonly<Partial<Record<Name, number>>>,
    units?: Readonly<Partial<Record<NoInfer<Name>, Unit>>>,
    dimensions?: Readonly<Record<string, string>>,
  ): void;
}

export interface MetricsOptions {
  readonly function: string;
  readonly namespace?: string;
  /** Takes one line, without its end. */
  readonly write: (line: string) => void;
  readonly now?: () => Date;
}

export function createMetrics({
  write,
  namespace = NAMESPACE,
  now = () => new Date(),
  ...options
}: MetricsOptions): Metrics {
  return {
    on: true,
    put(values, units, dimensions = {}) {
      const all = Object.entries<number | undefined>(values).filter(([, value]) => Number.isFinite(value));
      const said = all.slice(0, MOST_METRICS); // one more, and CloudWatch takes none of the line
      if (said.length === 0) return;
      const whose = { Function: options.function, ...dimensions };
      const unitOf: Readonly<Record<string, Unit | undefined>> = units ?? {};
      const directive = {
        Namespace: namespace,
        Dimensions: [Object.keys(whose).slice(0, MOST_DIMENSIONS)],
        Metrics: said.map(([name]) => ({ Name: name, Unit: unitOf[name] ?? 'Count' })),
      };
      const aws = { Timestamp: now().getTime(), CloudWatchMetrics: [directive] };
      write(JSON.stringify({ _aws: aws, ...whose, ...Object.fromEntries(said) }));
    },
  };
}

/** Tells nobody: one machine, and tests. */
export const noMetrics: Metrics = { on: false, put: () => undefined };

/** What `METRICS` says: `emf` where CloudWatch reads, which serverless.yml says and the local runtime takes back. */
export const openMetrics = (
  { METRICS, METRICS_NAMESPACE }: { readonly METRICS: 'emf' | 'off'; readonly METRICS_NAMESPACE: string },
  name: string,
  write: MetricsOptions['write'] = (line) => process.stdout.write(`${line}\n`), // not console.log, which Lambda wraps
): Metrics => (METRICS === 'off' ? noMetrics : createMetrics({ function: name, namespace: METRICS_NAMESPACE, write }));

/** Keeps them: for tests. They have been through text, as all metrics go. */
export function memoryMetrics(name = 'test', now?: () => Date): Metrics & { readonly said: readonly EmfLine[] } {
  const said: EmfLine[] = [];
  const write = (line: string) => said.push(JSON.parse(line) as EmfLine);
  return Object.assign(createMetrics({ function: name, write, ...(now && { now }) }), { said });
}

export interface EmfLine {
  readonly _aws: {
    readonly Timestamp: number;
    readonly CloudWatchMetrics: readonly {
      readonly Namespace: string;
      readonly Dimensions: readonly (readonly string[])[];
      readonly Metrics: readonly { readonly Name: string; readonly Unit: Unit }[];
    }[];
  };
  /** Dimensions and values. */
  readonly [member: string]: unknown;
}
