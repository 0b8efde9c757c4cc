"""One browser a module, with the module's own `page` opened anew for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from webdriver import Browser


@pytest.fixture(scope="module")
def window() -> Iterator[Browser]:
    with Browser() as browser:
        yield browser


@pytest.fixture
def browser(window: Browser, page: Path) -> Browser:
    window.size(1400, 900)
    window.open(page)
    window.until("document.body.dataset.ready")
    return window
