-- What the other stages say of themselves. They ride serve's log stream, so only load ever talks to ClickHouse to write.
CREATE TABLE IF NOT EXISTS channel_updates
(
    ts          DateTime64(3, 'UTC'),
    event_id    UInt64                 CODEC(NONE),
    delivery    LowCardinality(String) CODEC(ZSTD(1)),
    channel     LowCardinality(String),
    outcome     LowCardinality(String) COMMENT 'unchanged | detected | published | failed',
    revision    String,
    release     String COMMENT 'the whole release prefix',
    released_at DateTime('UTC'),
    paths       UInt32,
    new_paths   UInt32,
    unavailable UInt32,
    duration_us UInt64,
    error       String
)
ENGINE = ${REPLICATED}MergeTree PARTITION BY toYear(ts) ORDER BY (channel, ts)
SETTINGS non_replicated_deduplication_window = 100000,
         replicated_deduplication_window = 100000, replicated_deduplication_window_seconds = 1209600;

CREATE TABLE IF NOT EXISTS copies
(
    ts          DateTime64(3, 'UTC')   CODEC(Delta, ZSTD(1)),
    event_id    UInt64                 CODEC(NONE),
    delivery    LowCardinality(String) CODEC(ZSTD(1)),
    release     LowCardinality(String) COMMENT 'on whose account it was asked for, empty for what publish or a reader asked for',
    outcome     LowCardinality(String) COMMENT 'copied | present | unavailable | failed',
    store_hash  String                 CODEC(ZSTD(1)),
    name        String                 CODEC(ZSTD(1)),
    file_hash   String                 CODEC(ZSTD(1)),
    file_size   UInt64                 CODEC(T64, ZSTD(1)),
    nar_size    UInt64                 CODEC(T64, ZSTD(1)),
    duration_us UInt32                 CODEC(T64, ZSTD(1)),
    attempt     UInt16
)
ENGINE = ${REPLICATED}MergeTree PARTITION BY toYYYYMM(ts) ORDER BY (release, ts)
TTL toDateTime(ts) + INTERVAL 400 DAY
SETTINGS non_replicated_deduplication_window = 100000,
         replicated_deduplication_window = 100000, replicated_deduplication_window_seconds = 1209600;

CREATE TABLE IF NOT EXISTS failures
(
    ts      DateTime64(3, 'UTC'),
    event_id UInt64 CODEC(NONE),
    delivery LowCardinality(String) CODEC(ZSTD(1)),
    stage   LowCardinality(String) COMMENT 'detect | copy | publish | serve | load | collect',
    code    LowCardinality(String) COMMENT 'the code of the error',
    channel LowCardinality(String),
    object  String,
    message String,
    attempt UInt16,
    dead    Bool COMMENT 'the message went to the dead letters'
)
ENGINE = ${REPLICATED}MergeTree PARTITION BY toYYYYMM(ts) ORDER BY (stage, ts)
TTL toDateTime(ts) + INTERVAL 400 DAY
SETTINGS non_replicated_deduplication_window = 100000,
         replicated_deduplication_window = 100000, replicated_deduplication_window_seconds = 1209600;

CREATE TABLE IF NOT EXISTS probes
(
    ts         DateTime64(3, 'UTC'),
    event_id   UInt64                 CODEC(NONE),
    delivery   LowCardinality(String) CODEC(ZSTD(1)),
    target     LowCardinality(String) COMMENT 'bucket | clickhouse | upstream',
    ok         Bool,
    latency_us UInt32,
    detail     LowCardinality(String)
)
ENGINE = ${REPLICATED}MergeTree PARTITION BY toYear(ts) ORDER BY (target, ts)
SETTINGS non_replicated_deduplication_window = 100000,
         replicated_deduplication_window = 100000, replicated_deduplication_window_seconds = 1209600;
