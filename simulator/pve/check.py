"""Whether the server of this container answers: its health check."""

import http.client
import ssl
import sys

from simulator.pve.names import PORT

SECONDS = 4
# The one call that PVE answers to anybody.
PATH = "/api2/json/access/domains"


def main(port: int = PORT) -> int:
    """0 where it does, 1 and one line otherwise."""
    # Over the loopback address, whom the certificate belongs to says nothing more.
    context = ssl._create_unverified_context()  # noqa: S323 (see above)
    connection = http.client.HTTPSConnection("127.0.0.1", port, timeout=SECONDS, context=context)
    try:
        connection.request("GET", PATH)
        status = connection.getresponse().status
    except OSError as error:
        print(error)
        return 1
    finally:
        connection.close()
    print(status)
    return 0 if status == http.client.OK else 1


if __name__ == "__main__":
    sys.exit(main())
