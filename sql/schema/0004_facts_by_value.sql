CREATE INDEX {if_absent} {facts_by_value} ON {facts} (name, value)
