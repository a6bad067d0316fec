"""A free port is picked once and kept."""

import socket

from components.free_port import FreePortProvider

ADDRESS = {"address": "127.0.0.1"}


def test_port_is_free() -> None:
    """Something can listen on it right away."""
    made = FreePortProvider().create(ADDRESS)

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", (made.outs or {})["port"]))
        assert probe.getsockname()[1] == int(made.id)


def test_port_is_kept() -> None:
    """Neither a second `up` nor a refresh picks another one."""
    provider = FreePortProvider()
    made = provider.create(ADDRESS)

    read = provider.read(made.id, made.outs or {})

    assert made.outs == read.outs
    assert not provider.diff(made.id, made.outs or {}, ADDRESS).changes


def test_another_address_is_another_port() -> None:
    """What is free on one address may be taken on another."""
    made = FreePortProvider().create(ADDRESS)

    diff = FreePortProvider().diff(made.id, made.outs or {}, {"address": "127.0.0.2"})

    assert ["address"] == diff.replaces
