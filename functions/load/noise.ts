/**
 * The lines of the log stream that are known and are no records: a closed list, so that whatever else comes is seen.
 *     {"time":"2026-11-22T11:33:07.123Z","level":"info","event":"copy.done",…}   our own log
 *     {"_aws":{"Timestamp":…,"CloudWatchMetrics":[…]},"Function":"copy",…}    our metrics (shared/metrics.ts)
 *     {"time":"…","type":"platform.report","record":{…}}                         Lambda, where its logs are JSON
 *     REPORT RequestId: 8f5e…	Duration: 12.3 ms	…                               Lambda, where they are text
 */
import { LEVELS } from '../../shared/log.ts';

const PLATFORM =
  /^(?:(?:START|END|REPORT) RequestId: |(?:INIT|RESTORE)_(?:START|REPORT) |XRAY TraceId: |(?:EXTENSION|LOGS|TELEMETRY)\t)/;

export function isNoise(line: string): boolean {
  if (line.trim() === '' || PLATFORM.test(line)) return true;
  if (!line.startsWith('{') || line.startsWith('{"v":')) return false; // as records begin
  const said = parsed(line);
  if (typeof said !== 'object' || said === null) return false;
  const { time, level, event, type, _aws } = said as Readonly<Record<string, unknown>>;
  if (typeof _aws === 'object' && _aws !== null) return 'CloudWatchMetrics' in _aws;
  if (typeof time !== 'string') return false;
  if (typeof event === 'string') return LEVELS.some((known) => known === level);
  return typeof type === 'string' && type.startsWith('platform.');
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
