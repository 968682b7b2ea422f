-- Keys of the HTTP interface; called api_keys since KEYS is a reserved word and the prefix may be empty.
CREATE TABLE IF NOT EXISTS {api_keys} (
  id VARCHAR(36) NOT NULL PRIMARY KEY,
  name VARCHAR(255) NOT NULL,
  digest VARCHAR(64) NOT NULL UNIQUE CHECK (LENGTH(digest) = 64),
  scopes VARCHAR(255) NOT NULL,
  created_at BIGINT NOT NULL,
  revoked_at BIGINT
) {options}
