"""Many and long histories, held against a plain model."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from load.history_driver import lead, steps

pytestmark = pytest.mark.slow

Steps = list[tuple[str, object]]


@pytest.mark.parametrize("mode", ["snapshot", "incremental"])
@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
@given(taken=st.lists(steps, min_size=5, max_size=14))
def test_every_load_of_a_long_history_is_known(mode: str, taken: Steps) -> None:
    with TemporaryDirectory() as folder:
        lead(Path(folder), mode, taken)
