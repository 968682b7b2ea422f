-- Digests of secrets that were replaced by others, so that whoever still has the old link is told so.
CREATE TABLE IF NOT EXISTS {old_secrets} (
  digest VARCHAR(64) NOT NULL PRIMARY KEY CHECK (LENGTH(digest) = 64),
  token_id VARCHAR(36) NOT NULL
) {options}
