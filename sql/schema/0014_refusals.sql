-- How often a token was refused to a network, by reason and hour (unix time / 3600). May be pruned.
CREATE TABLE IF NOT EXISTS {refusals} (
  token_id VARCHAR(36) NOT NULL,
  error VARCHAR(40) NOT NULL,
  network VARCHAR(64) NOT NULL,
  hour BIGINT NOT NULL,
  first_at BIGINT NOT NULL,
  last_at BIGINT NOT NULL,
  times BIGINT NOT NULL,
  PRIMARY KEY (token_id, error, network, hour)
) {options}
