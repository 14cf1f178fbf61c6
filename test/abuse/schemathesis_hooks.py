"""What schemathesis must be told of this API (SCHEMATHESIS_HOOKS names this file)."""

import schemathesis

schemathesis.serializer.alias("application/x-ndjson", "text/plain")

MAX_SAFE_INTEGER = 2**53 - 1


@schemathesis.hook
def before_call(context, case, kwargs):
    """Asks for nothing that comes later, if ever: each wait would last as long as a caller's patience."""
    headers = case.headers or {}
    height = str(headers.get("Tabellion-Min-Height", ""))
    if is_whole(height) and int(height) <= MAX_SAFE_INTEGER:
        headers["Tabellion-Min-Height"] = str(int(height) % 3)
    block, dot, position = str(headers.get("Last-Event-ID", "")).partition(".")
    if dot and is_whole(block) and len(block) < 16:
        headers["Last-Event-ID"] = f"0.{position}"


@schemathesis.hook
def map_body(context, body):
    """To JSON Schema 1.0 is an integer; on the ledger a number has one way to be written."""
    return write_integers(body)


def is_whole(text):
    return text.isascii() and text.isdigit()


def write_integers(value):
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, list):
        return [write_integers(one) for one in value]
    if isinstance(value, dict):
        return {name: write_integers(one) for name, one in value.items()}
    return value
