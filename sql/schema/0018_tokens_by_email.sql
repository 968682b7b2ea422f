CREATE INDEX {if_absent} {tokens_by_email} ON {tokens} (email)
