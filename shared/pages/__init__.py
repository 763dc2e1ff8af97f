"""Pages: what a browser asks and is answered, as HTML in the reader's language."""

from shared.pages.exchange import Reply, Request
from shared.pages.rendering import page, preferred_words
from shared.pages.security import HEADERS, headers_of
from shared.pages.static_files import static_file, static_path

__all__ = [
    "HEADERS",
    "Reply",
    "Request",
    "headers_of",
    "page",
    "preferred_words",
    "static_file",
    "static_path",
]
