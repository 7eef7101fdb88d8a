"""Put on PYTHONPATH by the tests: any connection beyond this machine raises, and so do the libraries' deprecations."""

import ipaddress
import socket
import warnings

_connect, _connect_ex, _getaddrinfo = socket.socket.connect, socket.socket.connect_ex, socket.getaddrinfo
_LOCAL_NAMES = {"localhost", "", None}
_LIBRARIES = r"(__main__|helpers|transformers|datasets|evaluate|accelerate|huggingface_hub|tokenizers)(\..*)?$"


class NetworkBlockedError(OSError):
    """Something tried to leave the machine."""


def _is_local(host: object) -> bool:
    """Whether a host is a loopback address or this machine's own name for it."""
    host = host.decode() if isinstance(host, bytes) else host
    if host in _LOCAL_NAMES:
        return True
    try:
        return ipaddress.ip_address(host).is_loopback or ipaddress.ip_address(host).is_unspecified
    except ValueError:
        return False


def _refuse(self: socket.socket, address: object) -> None:
    """Raise for an internet address beyond this machine."""
    if self.family in (socket.AF_INET, socket.AF_INET6) and not _is_local(address[0]):
        raise NetworkBlockedError(f"network blocked: {address}")


def connect(self: socket.socket, address: object) -> None:
    """`socket.connect`, but only to this machine."""
    _refuse(self, address)
    return _connect(self, address)


def connect_ex(self: socket.socket, address: object) -> int:
    """`socket.connect_ex`, but only to this machine."""
    _refuse(self, address)
    return _connect_ex(self, address)


def getaddrinfo(host: object, *args: object, **kwargs: object) -> list:
    """`socket.getaddrinfo`, but only for this machine."""
    if not _is_local(host):
        raise NetworkBlockedError(f"network blocked: {host}")
    return _getaddrinfo(host, *args, **kwargs)


socket.socket.connect, socket.socket.connect_ex, socket.getaddrinfo = connect, connect_ex, getaddrinfo
for _category in (DeprecationWarning, FutureWarning):
    warnings.filterwarnings("error", category=_category, module=_LIBRARIES)
