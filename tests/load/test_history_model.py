"""Whatever order loads, undoing and mending come in, every load number stays true."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from load.history_driver import lead, steps

Steps = list[tuple[str, object]]


@pytest.mark.parametrize("mode", ["snapshot", "incremental"])
@settings(
    max_examples=6,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
@given(taken=st.lists(steps, min_size=2, max_size=7))
def test_every_load_is_known_as_a_plain_model_has_it(mode: str, taken: Steps) -> None:
    with TemporaryDirectory() as folder:
        lead(Path(folder), mode, taken)
