/**
 * What the engine is told at its start and never again: how much memory is its own, and that rows it has taken are on the disk when it
 * says so, for the spool lets go of them then.
 */

/** Its process has 300 MiB besides, its own code and what Node holds, and some more that it has let go of and not given back. */
const SERVER_BYTES = 448 * 2 ** 20;
const MARK_CACHE_BYTES = 32 * 2 ** 20;

/** Of one statement, unless it asks for others. */
export const LIMITS = {
  max_memory_usage: String(320 * 2 ** 20),
  max_result_bytes: String(64 * 2 ** 20),
  max_execution_time: '300',
} as const;

export const ENGINE_FILE = `<clickhouse>
  <max_server_memory_usage>${SERVER_BYTES}</max_server_memory_usage>
  <mark_cache_size>${MARK_CACHE_BYTES}</mark_cache_size>
  <merge_tree>
    <fsync_after_insert>1</fsync_after_insert>
    <fsync_part_directory>1</fsync_part_directory>
  </merge_tree>
</clickhouse>
`;
