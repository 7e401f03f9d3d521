"""The certificates of one control plane: an authority, a server, its clients."""

import datetime
import ipaddress
import os
from pathlib import Path
from typing import Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

# The names that a client may call the API server by, from outside and from pods.
_SERVER_NAMES = ("localhost", "kubernetes", "kubernetes.default.svc")
_SERVER_ADDRESSES = ("127.0.0.1", "10.96.0.1")


class Pki:
    def __init__(self, directory: Path, key: ec.EllipticCurvePrivateKey) -> None:
        self.directory = directory
        self.authority = directory / "ca.crt"
        self._key = key
        self._name = _named("cloister-local-ca")

    @classmethod
    def make(cls, directory: Path) -> Self:
        directory.mkdir(parents=True, mode=0o700)
        made = cls(directory, ec.generate_private_key(ec.SECP256R1()))
        basic = x509.BasicConstraints(ca=True, path_length=None)
        unsigned = _unsigned(made._name, made._name, made._key)
        authority = unsigned.add_extension(basic, critical=True)
        _write(made.authority, _pem(authority.sign(made._key, hashes.SHA256())))
        _write(directory / "ca.key", _private_pem(made._key))
        return made

    @classmethod
    def open(cls, directory: Path) -> Self:
        """For another process of the same platform, which needs certificates too."""
        key = serialization.load_pem_private_key((directory / "ca.key").read_bytes(), None)
        assert isinstance(key, ec.EllipticCurvePrivateKey)
        return cls(directory, key)

    def server(self) -> tuple[Path, Path]:
        dns = [x509.DNSName(name) for name in _SERVER_NAMES]
        ip = [x509.IPAddress(ipaddress.ip_address(a)) for a in _SERVER_ADDRESSES]
        names = x509.SubjectAlternativeName([*dns, *ip])
        subject = _named("kube-apiserver")
        return self._issue("apiserver", subject, ExtendedKeyUsageOID.SERVER_AUTH, names)

    def host(self, file: str, *hosts: str) -> tuple[Path, Path]:
        """Of a server that people reach by these names."""
        names = x509.SubjectAlternativeName([x509.DNSName(host) for host in hosts])
        return self._issue(file, _named(hosts[0]), ExtendedKeyUsageOID.SERVER_AUTH, names)

    def client(self, user: str, group: str | None = None) -> tuple[Path, Path]:
        """Kubernetes reads the user from the common name, groups from O."""
        file = user.replace(":", "-")
        subject = _named(user, group)
        return self._issue(file, subject, ExtendedKeyUsageOID.CLIENT_AUTH, None)

    def signing_key(self) -> tuple[Path, Path]:
        """The key pair of service account tokens: private, public."""
        key = ec.generate_private_key(ec.SECP256R1())
        private = self.directory / "service-accounts.key"
        public = self.directory / "service-accounts.pub"
        _write(private, _private_pem(key))
        encoding = serialization.Encoding.PEM
        shape = serialization.PublicFormat.SubjectPublicKeyInfo
        _write(public, key.public_key().public_bytes(encoding, shape))
        return private, public

    def _issue(
        self,
        file: str,
        subject: x509.Name,
        usage: x509.ObjectIdentifier,
        names: x509.SubjectAlternativeName | None,
    ) -> tuple[Path, Path]:
        key = ec.generate_private_key(ec.SECP256R1())
        unsigned = _unsigned(subject, self._name, key)
        unsigned = unsigned.add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
        if names is not None:
            unsigned = unsigned.add_extension(names, critical=False)
        certificate = self.directory / f"{file}.crt"
        private = self.directory / f"{file}.key"
        _write(certificate, _pem(unsigned.sign(self._key, hashes.SHA256())))
        _write(private, _private_pem(key))
        return certificate, private


def _named(common: str, organization: str | None = None) -> x509.Name:
    attributes = [x509.NameAttribute(NameOID.COMMON_NAME, common)]
    if organization is not None:
        attributes.append(x509.NameAttribute(NameOID.ORGANIZATION_NAME, organization))
    return x509.Name(attributes)


def _unsigned(subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
    now = datetime.datetime.now(datetime.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        # An hour of slack for clocks that were set back; a month of use.
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=30))
    )


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _private_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def _write(path: Path, content: bytes) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
