CREATE INDEX {if_absent} {old_secrets_by_token} ON {old_secrets} (token_id)
