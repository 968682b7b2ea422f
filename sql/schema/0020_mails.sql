-- The outbox. content is sealed, since it may hold a secret; next_at is NULL once a mail is over.
CREATE TABLE IF NOT EXISTS {mails} (
  id VARCHAR(36) NOT NULL PRIMARY KEY,
  kind VARCHAR(20) NOT NULL,
  about VARCHAR(36) NOT NULL,
  occasion VARCHAR(64) NOT NULL,
  recipient VARCHAR(320) NOT NULL,
  content MEDIUMTEXT NOT NULL,
  created_at BIGINT NOT NULL,
  next_at BIGINT,
  tries BIGINT NOT NULL,
  sent_at BIGINT,
  failed_at BIGINT,
  answer VARCHAR(300) NOT NULL,
  UNIQUE (about, kind, occasion)
) {options}
