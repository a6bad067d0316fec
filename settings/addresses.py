"""Value types of the settings that say where something is on the network."""

import re
from ipaddress import IPv4Address
from typing import Annotated

from pydantic import AfterValidator

from settings.types import matching

LAST_PORT = 65535


def _host_and_port(text: str) -> str:
    """a host and a port"""
    host, _, port = text.rpartition(":")
    if not re.fullmatch(r"[A-Za-z0-9][\w.-]{0,252}", host, re.ASCII) or not _is_port(port):
        raise ValueError("must be a host and a port such as 10.0.0.5:9187")
    return text


def _is_port(text: str) -> bool:
    return bool(re.fullmatch(r"[1-9][0-9]{0,4}", text, re.ASCII)) and int(text) <= LAST_PORT


def _listen(text: str) -> str:
    """an IPv4 address and a port"""
    address, _, port = text.rpartition(":")
    try:
        right = str(IPv4Address(address)) == address and _is_port(port)
    except ValueError:
        right = False
    if not right:
        raise ValueError("must be an IPv4 address and a port such as 0.0.0.0:9100")
    return text


def _external_address(text: str) -> str:
    """an address without a path"""
    found = re.fullmatch(r"https?://[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?(?::(.*))?", text)
    if not found or (found[2] is not None and not _is_port(found[2])):
        raise ValueError(
            "must be like https://monitoring.example.net, in small letters, with or without a port"
        )
    return text


Login = Annotated[
    str,
    matching(
        r"([A-Za-z_][\w.-]{0,31}@)?[A-Za-z0-9][\w.-]{0,252}",
        "be like root@10.0.0.2 or a host's name",
    ),
]
NetworkName = Annotated[
    str, matching(r"[A-Za-z0-9][\w.-]{0,252}", "be an IPv4 address or a host's name")
]
HttpUrl = Annotated[
    str, matching(r"https?://[\w.-]+(:\d{1,5})?(/[\w./-]*)?", "be like https://logs.example/path")
]
ProbedUrl = Annotated[
    str,
    matching(
        r"https?://[\w.-]+(:\d{1,5})?(/[\w./~%+-]*)?(\?[\w./~%+=&-]*)?",
        "be like https://shop.example/health?deep=1",
    ),
]
HttpsUrl = Annotated[
    str, matching(r"https://[\w.-]+(:\d{1,5})?(/[\w./-]*)?", "be like https://ca.example/directory")
]
ExternalAddress = Annotated[str, AfterValidator(_external_address)]
Email = Annotated[
    str, matching(r"[\w.+-]{1,64}@[A-Za-z0-9][\w.-]{0,252}", "be an address such as me@example.net")
]
Listen = Annotated[str, AfterValidator(_listen)]
HostAndPort = Annotated[str, AfterValidator(_host_and_port)]
UrlPath = Annotated[
    str, matching(r"/[\w./~%+-]{0,200}", "be a path such as /metrics, without a query")
]
