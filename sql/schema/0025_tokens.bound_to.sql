-- Where a token may be used from: a digest of its first address or network; empty if it is not bound (yet).
ALTER TABLE {tokens} ADD COLUMN bound_to VARCHAR(64) NOT NULL DEFAULT ''
