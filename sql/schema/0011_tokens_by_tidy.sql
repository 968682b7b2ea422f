CREATE INDEX {if_absent} {tokens_by_tidy} ON {tokens} (tidy_at)
