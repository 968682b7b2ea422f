-- One row a token; claims, rules and facts are JSON. size and the times of files keep all 64 bits; other times are seconds.
-- ends_at is when its right ends for good: expires_at and grace, or 0 once it is revoked.
CREATE TABLE IF NOT EXISTS {tokens} (
  id VARCHAR(36) NOT NULL PRIMARY KEY,
  digest VARCHAR(64) NOT NULL UNIQUE CHECK (LENGTH(digest) = 64),
  storage VARCHAR(64) NOT NULL,
  file VARCHAR(700) NOT NULL,
  filename VARCHAR(255) NOT NULL,
  size BIGINT NOT NULL,
  mtime_ns BIGINT NOT NULL,
  policy VARCHAR(64) NOT NULL,
  email VARCHAR(320) NOT NULL,
  rules MEDIUMTEXT NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  revoked_at BIGINT,
  cleaned_at BIGINT,
  max_uses BIGINT NOT NULL CHECK (max_uses >= 0),
  uses BIGINT NOT NULL CHECK (uses >= 0),
  claims MEDIUMTEXT NOT NULL,
  revision BIGINT NOT NULL,
  facts MEDIUMTEXT NOT NULL,
  ends_at BIGINT NOT NULL,
  CHECK (max_uses = 0 OR uses <= max_uses)
) {options}
