"""Whether the server of this container answers: its health check."""

import http.client
import ssl
import sys

from simulator.pve.names import PORT

SECONDS = 4
# The one call that PVE answers to anybody.
PATH = "/api2/json/access/domains"


def status(port: int) -> int:
    """What it answers with; an OSError where it doesn't."""
    # Over the loopback address, whom the certificate belongs to says nothing more.
    context = ssl._create_unverified_context()  # noqa: S323 (see above)
    connection = http.client.HTTPSConnection("127.0.0.1", port, timeout=SECONDS, context=context)
    try:
        connection.request("GET", PATH)
        return connection.getresponse().status
    finally:
        connection.close()


def main(port: int = PORT) -> int:
    """0 where it answers well, 1 and one line otherwise."""
    try:
        found = status(port)
    except (OSError, http.client.HTTPException) as error:
        print(error)
        return 1
    print(found)
    return 0 if found == http.client.OK else 1


if __name__ == "__main__":
    sys.exit(main())
