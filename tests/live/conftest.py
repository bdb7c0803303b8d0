"""This machine's own loopback, for the fakes of services."""

from __future__ import annotations

import pytest
from pytest_socket import enable_socket, socket_allow_hosts


@pytest.fixture
def loopback() -> None:
    """Let a test speak with a server of its own on 127.0.0.1, and with nobody else."""
    enable_socket()
    socket_allow_hosts(["127.0.0.1"], allow_unix_socket=True)
