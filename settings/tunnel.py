"""The way to a port that is open on the loopback address of another machine only."""

from urllib.parse import urlsplit

HERE = "127.0.0.1"


def tunnel(docker_host: str, bind: str, port: int) -> tuple[str, ...] | None:
    """The `ssh` command that opens the same port here; None where the daemon isn't behind ssh."""
    parts = urlsplit(docker_host)
    if parts.scheme != "ssh":
        return None
    other_port = ("-p", str(parts.port)) if parts.port else ()
    login = parts.netloc.removesuffix(f":{parts.port}")
    return ("ssh", "-N", "-L", f"{port}:{bind}:{port}", *other_port, login)
