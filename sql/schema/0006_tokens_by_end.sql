-- The sweep reads the tokens that ended and are not cleaned yet.
CREATE INDEX {if_absent} {tokens_by_end} ON {tokens} (cleaned_at, ends_at)
