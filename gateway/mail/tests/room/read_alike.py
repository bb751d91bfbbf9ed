"""Reads messages with Python's email library: one line of JSON for each path on standard input."""
import email, email.policy, json, sys


def leaves(part):
    # A report's fields are one part; Python makes a part of each group of them.
    if part.is_multipart() and part.get_content_type() != "message/delivery-status":
        return sum(leaves(inner) for inner in part.get_payload())
    return 1


for path in sys.stdin.read().splitlines():
    with open(path, "rb") as file:
        message = email.message_from_binary_file(file, policy=email.policy.default)
    try:
        found = message["from"].addresses if message["from"] else ()
        senders = [f"{one.username}@{one.domain}".lower() for one in found]
    except Exception as fault:
        senders = [type(fault).__name__]
    print(json.dumps({"path": path, "from": senders, "leaves": leaves(message)}))
