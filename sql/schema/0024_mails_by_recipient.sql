CREATE INDEX {if_absent} {mails_by_recipient} ON {mails} (recipient)
