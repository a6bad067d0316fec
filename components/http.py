"""Waiting for a server to answer; without Pulumi, since `make` waits as well."""

import ssl
import time
import urllib.error
import urllib.request
from http.client import HTTPException

PAUSE_SECONDS = 0.25
ANSWER_SECONDS = 5.0


def trusting(ca: str) -> ssl.SSLContext:
    """TLS that trusts these certificates in PEM, if there are any, beside the usual ones."""
    context = ssl.create_default_context()
    if ca:
        context.load_verify_locations(cadata=ca)
        # One that isn't an authority's own is trusted as it stands.
        context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    return context


def directly(context: ssl.SSLContext | None) -> urllib.request.OpenerDirector:
    """Asks without a proxy, which knows nothing of what listens on this machine."""
    return urllib.request.build_opener(
        urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context)
    )


def wait(url: str, seconds: float, context: ssl.SSLContext | None = None) -> None:
    """Return once `url` answers with a status below 400; a TimeoutError with the last answer."""
    deadline = time.monotonic() + seconds
    opener = directly(context)
    while True:
        try:
            with opener.open(url, timeout=ANSWER_SECONDS):
                return
        except urllib.error.HTTPError as error:
            said = f"status {error.code}"
        except (OSError, HTTPException) as error:
            said = str(getattr(error, "reason", None) or error)
        if time.monotonic() >= deadline:
            raise TimeoutError(f"{url} isn't ready after {seconds:.0f} s: {said}")
        time.sleep(PAUSE_SECONDS)
