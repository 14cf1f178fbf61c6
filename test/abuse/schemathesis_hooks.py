"""What schemathesis must be told of this API (SCHEMATHESIS_HOOKS names this file)."""

from itertools import count

import schemathesis

schemathesis.serializer.alias("application/x-ndjson", "text/plain")

MAX_SAFE_INTEGER = 2**53 - 1
LONGEST_KEY = 255
numbers = count()


@schemathesis.hook
def before_call(context, case, kwargs):
    """On the wire only: a case that is changed itself would be judged anew, without what it tries."""
    kwargs["auth"] = write_headers


def write_headers(request):
    """
    Asks for nothing that comes later, if ever: each wait would last as long as a caller's patience.
    Reuses no key, which nobody else would by chance: each request is done, not answered as one before.
    """
    headers = request.headers
    height = read_text(headers.get("Tabellion-Min-Height"))
    if is_whole(height) and int(height) <= MAX_SAFE_INTEGER:
        headers["Tabellion-Min-Height"] = str(int(height) % 3)
    block, dot, position = read_text(headers.get("Last-Event-ID")).partition(".")
    if dot and is_whole(block) and len(block) < 16:
        headers["Last-Event-ID"] = f"0.{position}"
    key = read_text(headers.get("Idempotency-Key"))
    longer = f"{key}-{next(numbers)}"
    if key and len(longer) <= LONGEST_KEY:
        headers["Idempotency-Key"] = longer
    return request


def read_text(header):
    return header.decode("latin-1") if isinstance(header, bytes) else header or ""


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


@schemathesis.hook
def filter_failure(context, failure, case, response):
    """A header that is not described is no violation: whoever does not know it passes it over."""
    is_unknown_header = "in header - object with unexpected properties" in failure.message.lower()
    return not (is_unknown_header and response.status_code < 300)
