"""The pages of a document put together: one text, and where in it each page begins."""

from collections.abc import Iterable

_BETWEEN = "\n\n"


def joined(pages: Iterable[str]) -> tuple[str, list[int]]:
    """Return the text of all pages, an empty line between them, and the offset of each, the empty ones too.

    Page n begins at ``starts[n - 1]``. An empty page begins where the text before it ends, so that the page of an
    offset is the number of starts up to it.
    """
    parts: list[str] = []
    starts: list[int] = []
    length = 0
    for page in pages:
        if page and parts:
            parts.append(_BETWEEN)
            length += len(_BETWEEN)
        starts.append(length)
        if page:
            parts.append(page)
            length += len(page)
    return "".join(parts), starts
