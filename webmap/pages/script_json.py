"""Data for scripts inside a page."""

import json

from markupsafe import Markup


def script_json(value: object) -> Markup:
    """JSON that can stand in a ``<script>`` element: nothing in it can end the element or open a comment."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False)
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)  # noqa: S704
