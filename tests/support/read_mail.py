"""Reads a mail on standard input and tells, as JSON, what a mail program would show of it."""

import email
import email.policy
import hashlib
import json
import sys

mail = email.message_from_bytes(sys.stdin.buffer.read(), policy=email.policy.default)
parts = {"text/plain": "", "text/html": ""}
attachments = []
for part in mail.walk():
    if part.is_multipart():
        continue
    if part.get_content_disposition() == "attachment":
        content = part.get_payload(decode=True)
        attachments.append({"name": part.get_filename(), "size": len(content), "sha256": hashlib.sha256(content).hexdigest()})
    else:
        parts[part.get_content_type()] = part.get_content()
print(json.dumps({
    "headers": {name.lower(): [str(value) for value in mail.get_all(name)] for name in mail.keys()},
    "names": sorted({name.lower() for name in mail.keys()}),
    "text": parts["text/plain"],
    "html": parts["text/html"],
    "attachments": attachments,
    "defects": [str(defect) for part in mail.walk() for defect in part.defects],
}))
