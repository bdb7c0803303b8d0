"""Fixtures of the scoring service's tests; what they hand out stands in worlds.py."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pytest_socket import enable_socket, socket_allow_hosts
from tests.perspective.worlds import World, make_world, serving

from evenhand.perspective.server import Server

Make = Callable[..., World]


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Make]:
    """Return what makes a world; see worlds.make_world for its options."""
    worlds: list[World] = []

    def made(**options: Any) -> World:
        path = options.pop("path", tmp_path / f"perspective-{len(worlds)}.sqlite3")
        worlds.append(make_world(path, **options))
        return worlds[-1]

    yield made
    for world in worlds:
        world.service.close()


@pytest.fixture
def world(make: Make) -> World:
    """A service with every head gated, and a key whose quota never ends."""
    return make()


@pytest.fixture
def loopback() -> None:
    """Let this test open sockets, to this machine alone."""
    enable_socket()
    socket_allow_hosts(["127.0.0.1"])


@pytest.fixture
def served(world: World, loopback: None) -> Iterator[tuple[World, Server]]:
    """The world behind a real HTTP server on a free port."""
    with serving(world.service) as server:
        yield world, server
