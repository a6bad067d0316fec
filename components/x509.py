"""Certificates and keys in PEM; without Pulumi."""

from datetime import datetime

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import NameOID

P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
# Of twice the length of the order, so that the remainder is even to 1 in 2^256.
SEED_BYTES = 64
OTHER_USES = (
    "digital_signature",
    "content_commitment",
    "key_encipherment",
    "data_encipherment",
    "key_agreement",
    "encipher_only",
    "decipher_only",
)


def authority(
    *, seed: bytes, common_name: str, since: datetime, until: datetime
) -> tuple[str, str]:
    """Certificate and key of an authority that certifies servers by one authority in between.

    The key is P-256 and depends on the seed alone.
    """
    stretched = HKDF(hashes.SHA256(), SEED_BYTES, salt=None, info=b"authority").derive(seed)
    number = int.from_bytes(stretched, "big") % (P256_ORDER - 1) + 1
    key = ec.derive_private_key(number, ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])
    of_key = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    uses = x509.KeyUsage(
        key_cert_sign=True,
        crl_sign=True,
        **dict.fromkeys(OTHER_USES, False),
    )
    made = (
        x509.CertificateBuilder(issuer_name=name, subject_name=name, public_key=key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(since)
        .not_valid_after(until)
        .add_extension(x509.BasicConstraints(ca=True, path_length=1), critical=True)
        .add_extension(uses, critical=True)
        .add_extension(of_key, critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return made.public_bytes(Encoding.PEM).decode(), pem.decode()


def fits(certificate: str, key: str) -> bool:
    """Whether the key in PEM is that of the first certificate; what is no key doesn't fit."""
    try:
        certified = x509.load_pem_x509_certificate(certificate.encode()).public_key()
        own = load_pem_private_key(key.encode(), password=None).public_key()
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return False
    shape = (Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return certified.public_bytes(*shape) == own.public_bytes(*shape)
