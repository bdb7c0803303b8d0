"""What DATABASE_URL says reaches the database: what stands behind its question mark too."""

from __future__ import annotations

import pytest
from django.core.exceptions import ImproperlyConfigured

from evenhand.web.settings import _database


def test_a_server_with_tls_and_a_password_of_signs() -> None:
    said = _database("postgresql://desk:p%40ss%2Fword@db.example:5433/desk?sslmode=verify-full&sslrootcert=/etc/ca.pem")
    assert (said["HOST"], said["PORT"], said["NAME"], said["USER"], said["PASSWORD"]) == (
        "db.example", "5433", "desk", "desk", "p@ss/word",
    )  # fmt: skip
    assert said["OPTIONS"]["sslmode"] == "verify-full"
    assert said["OPTIONS"]["sslrootcert"] == "/etc/ca.pem"


def test_a_socket_named_behind_the_question_mark() -> None:
    said = _database("postgresql://desk@/desk?host=/run/postgresql")
    assert said["HOST"] == "/run/postgresql"
    assert "host" not in said["OPTIONS"]


def test_an_unknown_kind_of_database_is_refused_in_words() -> None:
    with pytest.raises(ImproperlyConfigured, match="postgresql://"):
        _database("mysql://desk@db.example/desk")
