-- The log of finished deliveries. Append only, may be pruned; no limit is derived from it.
CREATE TABLE IF NOT EXISTS {deliveries} (
  id VARCHAR(36) NOT NULL PRIMARY KEY,
  token_id VARCHAR(36) NOT NULL,
  claim VARCHAR(36) NOT NULL,
  started_at BIGINT NOT NULL,
  ended_at BIGINT NOT NULL,
  first_byte BIGINT NOT NULL,
  length BIGINT NOT NULL,
  sent BIGINT NOT NULL,
  outcome VARCHAR(20) NOT NULL,
  network VARCHAR(64) NOT NULL
) {options}
