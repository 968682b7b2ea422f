-- Files that are to be removed, since a token whose policy says so has ended; id is made of storage and file.
CREATE TABLE IF NOT EXISTS {removals} (
  id VARCHAR(64) NOT NULL PRIMARY KEY CHECK (LENGTH(id) = 64),
  storage VARCHAR(64) NOT NULL,
  file VARCHAR(700) NOT NULL,
  size BIGINT NOT NULL,
  mtime_ns BIGINT NOT NULL
) {options}
