"""Numbers in addresses."""

from __future__ import annotations

import pytest

from tests.browsing import Browser


@pytest.mark.parametrize("number", [2**53 + 1, 10**20, 10**300])
def test_number_that_fits_no_key_is_no_page(client: Browser, number: int) -> None:
    answer = client.get(f"/judge/{number}")

    assert answer.status_code == 404
