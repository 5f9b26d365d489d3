"""Figures to vector pictures for print: one browser, one page, for a whole build.

Kaleido would do the same a figure at a time and reload its page after each; its own
carrier, choreographer, drives a page that draws them all. What comes out is made
lighter and its ids are made from its content, so that equal figures give equal bytes.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import logging
import os
import signal
import tempfile
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import choreographer
from choreographer import errors

from esg.errors import MachineError
from esg.report.drawing.svg import lighter, with_own_ids

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from choreographer import Tab

_RECIPE = 1
"""Raised when the same figure shall give another picture: it empties the cache."""

_START_SECONDS = 60
_FIGURE_SECONDS = 60
_CLOSE_SECONDS = 10
_WORTH_TWO_TABS = 16
"""A second tab reads Plotly once more, half a second that few figures win back."""

_PAGE = '<!DOCTYPE html><meta charset="utf-8"><script src="{script}"></script>'
_DRAW = (
    "Plotly.toImage({figure}, {{format: 'svg', imageDataOnly: true,"
    " width: {width}, height: {height}}})"
)
_BROKEN = (
    errors.BrowserClosedError, errors.BrowserFailedError, errors.ChannelClosedError,
    errors.DevtoolsProtocolError, TimeoutError, OSError,
)  # fmt: skip


def render(
    figures: Sequence[Mapping[str, Any]],
    *,
    browser: Path,
    cache: Path | None = None,
    fonts: Sequence[str] = (),
) -> list[str]:
    """Return figures as SVG, in order, drawn offline by one browser.

    Args:
        figures: Plotly figures with width and height, as ``drawing.draw`` makes them
            for print.
        browser: Chromium or a relative of it.
        cache: Folder that keeps pictures between builds; made when absent.
        fonts: What tells this machine's fonts from another's, such as file hashes;
            part of the cache's key, since a text is measured before it is placed.

    Returns:
        A picture a figure, of the same bytes for the same figure and place: text as
        text, ids unique as long as the pictures of one page come from one call.

    Raises:
        MachineError: The browser is absent, does not start, or stops.
        ValueError: Plotly refuses a figure.
    """
    texts = [json.dumps(f, sort_keys=True, ensure_ascii=False) for f in figures]
    keys = [_key(text, browser, fonts) for text in texts]
    found = {key: svg for key in set(keys) if (svg := _cached(cache, key))}
    absent = {k: t for k, t in zip(keys, texts, strict=True) if k not in found}
    if absent:
        drawn = [lighter(svg) for svg in _draw_all(list(absent.values()), browser)]
        found |= dict(zip(absent, drawn, strict=True))
        for key in absent:
            _keep(cache, key, found[key])
    names = [
        f"p{hashlib.sha256(text.encode()).hexdigest()[:8]}-{index}"
        for index, text in enumerate(texts)
    ]
    return [
        with_own_ids(found[key], name) for key, name in zip(keys, names, strict=True)
    ]


# The cache


def _key(text: str, browser: Path, fonts: Sequence[str]) -> str:
    parts = [str(_RECIPE), version("plotly"), browser.name, *fonts, text]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def _cached(cache: Path | None, key: str) -> str | None:
    if cache is None:
        return None
    with contextlib.suppress(FileNotFoundError):
        return (cache / f"{key}.svg").read_text("utf-8")
    return None


def _keep(cache: Path | None, key: str, svg: str) -> None:
    """Write a picture so that a build beside this one never reads half of it."""
    if cache is None:
        return
    cache.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=cache, suffix=".part")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(svg)
    Path(name).replace(cache / f"{key}.svg")


# The browser


def _draw_all(figures: list[str], browser: Path) -> list[str]:
    """Return each figure as Plotly writes it.

    A browser in its sandbox is tried first, unless we are root, for whom it has none.
    Some systems forbid the sandbox to ordinary users as well: the page is ours and
    loads nothing but Plotly, so that it may then be drawn without.
    """
    if not browser.is_file():
        raise MachineError(f"There is no browser at {browser}.", hint=_HINT)
    tries = [False] if os.geteuid() == 0 else [True, False]
    for has_sandbox in tries:
        with contextlib.suppress(_NotStartedError), _quiet():
            return asyncio.run(_drawn_by(figures, browser, has_sandbox=has_sandbox))
    raise MachineError(f"The browser {browser} does not start.", hint=_HINT)


_HINT = "Run 'esg doctor': it tries the browser and says how to get one that works."


class _NotStartedError(Exception):
    """The browser was found and gave no page."""


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Silence the carrier's log: what matters of it reaches the user as our error."""
    loggers = [logging.getLogger(name) for name in ("choreographer", "browser_proc")]
    before = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        for logger, level in zip(loggers, before, strict=True):
            logger.setLevel(level)


async def _drawn_by(
    figures: list[str], browser: Path, *, has_sandbox: bool
) -> list[str]:
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "page.html"
        page.write_text(_PAGE.format(script=_plotly_script().as_uri()), "utf-8")
        carrier = _Carrier(browser, enable_sandbox=has_sandbox)
        try:
            tabs = await _opened(carrier, page, len(figures))
            drawn = await _drawn(tabs, figures, browser)
        except BaseException:
            # A browser that does not answer does not answer to a farewell either.
            _kill(carrier)
            raise
        finally:
            await _close(carrier)
        return drawn


async def _close(carrier: _Carrier) -> None:
    with contextlib.suppress(*_BROKEN, RuntimeError):
        async with asyncio.timeout(_CLOSE_SECONDS):
            await carrier.close()
    _kill(carrier)


def _kill(carrier: _Carrier) -> None:
    """End the browser and all it started; it leads a process group of its own."""
    process = getattr(carrier, "subprocess", None)
    if process is not None and process.poll() is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(_CLOSE_SECONDS)


class _Carrier(choreographer.Browser):
    """A browser that is ready at once.

    Opening waits up to two seconds for a first page, and the headless shell never
    brings one by itself: it is given an empty one.
    """

    async def populate_targets(self) -> None:
        """Ask the browser for its pages; open one where it has none."""
        await super().populate_targets()
        if not self.tabs:
            await self.create_tab("about:blank")


def _plotly_script() -> Path:
    """Return the script that Plotly ships; found without importing all of Plotly."""
    spec = find_spec("plotly")
    if spec is None or spec.origin is None:
        raise MachineError("Plotly is not installed.", hint="Run: pip install esg")
    return Path(spec.origin).parent / "package_data" / "plotly.min.js"


async def _opened(carrier: _Carrier, page: Path, figures: int) -> list[Tab]:
    count = 2 if figures >= _WORTH_TWO_TABS and (os.cpu_count() or 1) > 1 else 1
    try:
        async with asyncio.timeout(_START_SECONDS):
            await carrier.open()
            tabs = [await carrier.create_tab(page.as_uri()) for _ in range(count)]
            await asyncio.gather(*map(_loaded, tabs))
    except (*_BROKEN, RuntimeError) as error:
        raise _NotStartedError from error
    except asyncio.CancelledError as error:
        _reraise_if_interrupted()
        raise _NotStartedError from error
    return tabs


async def _loaded(tab: Tab) -> None:
    """Wait for Plotly; asked for again and again, since a page tells no coroutine."""
    while await _evaluate(tab, "typeof Plotly") != "object":  # noqa: ASYNC110
        await asyncio.sleep(0.02)


async def _drawn(tabs: list[Tab], figures: list[str], browser: Path) -> list[str]:
    """Return all pictures; each tab takes the next figure when it is done with one."""
    waiting = iter(enumerate(figures))
    drawn: dict[int, str] = {}

    async def work(tab: Tab) -> None:
        for index, figure in waiting:
            async with asyncio.timeout(_FIGURE_SECONDS):
                drawn[index] = await _evaluate(tab, _command(figure))

    try:
        await asyncio.gather(*map(work, tabs))
    except _BROKEN as error:
        raise MachineError(_STOPPED.format(browser=browser), hint=_HINT) from error
    except asyncio.CancelledError as error:
        _reraise_if_interrupted()
        raise MachineError(_STOPPED.format(browser=browser), hint=_HINT) from error
    return [drawn[index] for index in range(len(figures))]


_STOPPED = "The browser {browser} stopped while it drew."


def _reraise_if_interrupted() -> None:
    """Let a cancelled build be cancelled.

    The carrier cancels its own calls when the browser dies; only then is it a fault.
    """
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise  # noqa: PLE0704


def _command(figure: str) -> str:
    layout = json.loads(figure)["layout"]
    return _DRAW.format(figure=figure, width=layout["width"], height=layout["height"])


async def _evaluate(tab: Tab, expression: str) -> str:
    answer = await tab.send_command(
        "Runtime.evaluate",
        {"expression": expression, "awaitPromise": True, "returnByValue": True},
    )
    if "error" in answer:
        raise errors.DevtoolsProtocolError(answer)
    result = answer["result"]
    if "exceptionDetails" in result:
        told = result["exceptionDetails"].get("exception", {}).get("description", "")
        raise ValueError(f"Plotly refuses a figure: {told.splitlines()[:1]}")
    return str(result["result"].get("value"))
