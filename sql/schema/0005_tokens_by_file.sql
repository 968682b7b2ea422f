CREATE INDEX {if_absent} {tokens_by_file} ON {tokens} (storage, file)
