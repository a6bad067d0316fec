"""Waiting for a server to answer; without Pulumi, since `make` waits as well."""

import time
import urllib.error
import urllib.request
from http.client import HTTPException

PAUSE_SECONDS = 0.25
ANSWER_SECONDS = 5.0
# No proxy: it knows nothing of what listens on this machine.
DIRECTLY = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def wait(url: str, seconds: float) -> None:
    """Return once `url` answers with a status below 400; a TimeoutError with the last answer."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            with DIRECTLY.open(url, timeout=ANSWER_SECONDS):
                return
        except urllib.error.HTTPError as error:
            said = f"status {error.code}"
        except (OSError, HTTPException) as error:
            said = str(getattr(error, "reason", None) or error)
        if time.monotonic() >= deadline:
            raise TimeoutError(f"{url} isn't ready after {seconds:.0f} s: {said}")
        time.sleep(PAUSE_SECONDS)
