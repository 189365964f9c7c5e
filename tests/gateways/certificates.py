"""Self-signed certificates, valid and invalid."""

from __future__ import annotations

from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

BEGIN = datetime(2000, 1, 1, tzinfo=UTC)


def a_certificate(path: Path, *, address: str = "127.0.0.1", year: int = 2099) -> Path:
    """Write a key and a certificate for `address`, which ends in that `year`, and return `path`.

    OpenSSL asks the machine what time it is, not Python: no moved clock may matter.
    """
    key, end = ec.generate_private_key(ec.SECP256R1()), datetime(year, 12, 31, tzinfo=UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "gateway")])
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), BEGIN, end)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(address))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
    return path
