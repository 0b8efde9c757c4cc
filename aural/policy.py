"""Pages that carry all they need: what their own content security policy admits."""

from __future__ import annotations

import base64
import hashlib


def admitting(text: str) -> str:
    """The source expression by which a page's own policy admits just this text, as style or script (CSP 3, W3C)."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode('utf-8')).digest()).decode()}'"
