-- How many customers there were is counted without looking at the tokens themselves.
CREATE INDEX {if_absent} {tokens_by_use} ON {tokens} (used_at, email)
