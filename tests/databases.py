"""For tests whose time goes into films: one database is enough, and which one is spread."""

from __future__ import annotations

import pytest

on_sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
on_postgresql = pytest.mark.parametrize("database", ["postgresql"], indirect=True)
