"""Asks a service of this container whether it is alive; its image has no other program to.

Usage: python -m services.check [URL]
"""

import sys
import urllib.error
import urllib.request

URL = "http://127.0.0.1:8000/healthz"
SECONDS = 3


def main(url: str = URL) -> int:
    """0 where the address answers well, 1 and one line otherwise."""
    try:
        with urllib.request.urlopen(url, timeout=SECONDS):  # noqa: S310 (given by our own health check)
            return 0
    except (OSError, urllib.error.URLError) as error:
        print(f"{url}: {error}")
        return 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
