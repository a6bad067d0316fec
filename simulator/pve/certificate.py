"""A server's certificate from an authority, both in PEM."""

import ipaddress
from collections.abc import Sequence
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID


def issue(
    authority: tuple[str, str], *, hosts: Sequence[str], since: datetime, until: datetime
) -> tuple[str, str]:
    """Certificate and key for the names and addresses; `authority` is a certificate and its key."""
    issuer = x509.load_pem_x509_certificate(authority[0].encode())
    signer = load_pem_private_key(authority[1].encode(), password=None)
    if not isinstance(signer, ec.EllipticCurvePrivateKey):
        raise TypeError("The authority's key isn't one of an elliptic curve.")
    key = ec.generate_private_key(ec.SECP256R1())
    made = (
        x509.CertificateBuilder(
            issuer_name=issuer.subject,
            subject_name=x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, hosts[0])]),
            public_key=key.public_key(),
        )
        .serial_number(x509.random_serial_number())
        .not_valid_before(since)
        .not_valid_after(until)
        .add_extension(x509.SubjectAlternativeName([_name(host) for host in hosts]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False
        )
        .sign(signer, hashes.SHA256())
    )
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return made.public_bytes(Encoding.PEM).decode(), pem.decode()


def fingerprint(certificate: str) -> str:
    """SHA-256 of the certificate, as 64 hexadecimal digits."""
    return x509.load_pem_x509_certificate(certificate.encode()).fingerprint(hashes.SHA256()).hex()


def key_of(certificate: str) -> str:
    """What tells the certificate's key from others, in hexadecimal digits."""
    key = x509.load_pem_x509_certificate(certificate.encode()).public_key()
    return x509.SubjectKeyIdentifier.from_public_key(key).digest.hex()


def _name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)
