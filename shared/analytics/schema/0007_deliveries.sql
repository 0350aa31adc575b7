-- Each delivery of the log stream, written down before any of its rows: when it was tried first decides whether the windows can still
-- know its token. Rows say which delivery brought them (delivery), so that one that comes again is the same block of rows.
CREATE TABLE IF NOT EXISTS deliveries
(
    token      String                 COMMENT 'of the delivery: sha256 of the ids of its events' CODEC(ZSTD(1)),
    begun      DateTime64(3, 'UTC')   COMMENT 'when it was tried first',
    source     LowCardinality(String) COMMENT 'the log group, or spool',
    newest     DateTime64(3, 'UTC')   COMMENT 'of its events: how far behind the log stream is',
    rows       UInt32,
    noise      UInt32,
    unreadable UInt32
)
ENGINE = ${REPLICATED}MergeTree
PARTITION BY toYYYYMM(begun)
ORDER BY token
TTL toDateTime(begun) + INTERVAL 30 DAY
SETTINGS non_replicated_deduplication_window = 100000,
         replicated_deduplication_window = 100000, replicated_deduplication_window_seconds = 1209600;

-- Lines of the log stream that are neither a record nor known noise, kept with the reason.
CREATE TABLE IF NOT EXISTS unreadable
(
    ts       DateTime64(3, 'UTC')   COMMENT 'when the line was written, as the log stream says',
    event_id UInt64                 CODEC(NONE),
    delivery LowCardinality(String) CODEC(ZSTD(1)),
    source   LowCardinality(String) COMMENT 'the log group, or spool',
    reason   String                 CODEC(ZSTD(1)),
    line     String                 COMMENT 'cut, without credentials and network addresses' CODEC(ZSTD(1))
)
ENGINE = ${REPLICATED}MergeTree
PARTITION BY toYYYYMM(ts)
ORDER BY ts
TTL toDateTime(ts) + INTERVAL 30 DAY
SETTINGS non_replicated_deduplication_window = 100000,
         replicated_deduplication_window = 100000, replicated_deduplication_window_seconds = 1209600;
