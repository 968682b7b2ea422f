-- The index by which tokens are found by a fact; the token's own row holds the facts themselves.
CREATE TABLE IF NOT EXISTS {facts} (
  token_id VARCHAR(36) NOT NULL,
  name VARCHAR(64) NOT NULL,
  value VARCHAR(255) NOT NULL,
  PRIMARY KEY (token_id, name)
) {options}
