CREATE INDEX {if_absent} {tokens_by_warn} ON {tokens} (warn_at)
