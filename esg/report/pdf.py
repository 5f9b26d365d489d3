"""The printed report: HTML to PDF with bookmarks, metadata, and the facts attached.

The only module that knows WeasyPrint.
"""

from __future__ import annotations

import hashlib
import warnings
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from esg.errors import ContentError
from esg.report.facts import facts_json
from esg.report.html import facts_name

if TYPE_CHECKING:
    from weasyprint.urls import URLFetcherResponse

    from esg.report.model import ReportModel

VARIANT = "pdf/a-3a"
"""Archival, tagged for screen readers, and allowed to carry files."""


def write_pdf(html: str, model: ReportModel) -> bytes:
    """Return the report as PDF; the same HTML and model give the same bytes.

    Raises:
        ContentError: The HTML asks for a file or an address outside itself.
    """
    # WeasyPrint loads fonts and takes half a second: whoever prints nothing waits not.
    import weasyprint  # noqa: PLC0415
    from weasyprint.urls import FatalURLFetchingError  # noqa: PLC0415

    day = _data_day(model)
    facts = facts_json(model)
    attachment = weasyprint.Attachment(
        string=facts,
        name=facts_name(model),
        description=model.strings["facts_description"],
        created=day,
        modified=day,
        relationship="Data",
    )
    document = weasyprint.HTML(string=html, url_fetcher=_fetcher())
    try:
        with warnings.catch_warnings():
            # WeasyPrint 70 leaves the file of its colour profile to the collector.
            warnings.simplefilter("ignore", ResourceWarning)
            found: bytes = document.write_pdf(
                attachments=[attachment],
                pdf_variant=VARIANT,
                pdf_identifier=hashlib.sha256((html + facts).encode()).digest()[:16],
            )
    except FatalURLFetchingError as error:
        raise ContentError(
            f"A template of report '{model.name}' asks for '{error}'.",
            hint="Put pictures and styles into the template; reports fetch nothing.",
        ) from error
    return found


def _data_day(model: ReportModel) -> datetime:
    """Return the day of the data as the PDF's date: a clock would change the bytes."""
    return datetime.fromisoformat(model.facts["data_date"]).replace(tzinfo=UTC)


def _fetcher() -> object:
    """Return a fetcher that serves what stands in the document itself, nothing else."""
    from weasyprint.urls import FatalURLFetchingError, URLFetcher  # noqa: PLC0415

    class OwnResources(URLFetcher):  # type: ignore[misc]
        def fetch(
            self, url: str, headers: dict[str, str] | None = None
        ) -> URLFetcherResponse:
            if not url.startswith("data:"):
                raise FatalURLFetchingError(url)
            return super().fetch(url, headers)

    return OwnResources(allowed_protocols=["data"])
