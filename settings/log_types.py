"""Value types of the settings of logs."""

from typing import Annotated

from settings.types import matching

ServiceName = Annotated[
    str,
    matching(r"[a-z0-9][a-z0-9_.-]{0,62}", "be a name of small letters, digits, `.`, `-`, `_`"),
]
JsonField = Annotated[
    str, matching(r"[\w@-]+(\.[\w@-]+){0,9}", "be names of JSON fields with dots between them")
]
TimeFormat = Annotated[
    str,
    matching(
        r"Unix(Ms|Us|Ns)?|RFC3339(Nano)?|RFC1123Z?|RFC822Z?|RFC850|ANSIC|UnixDate|RubyDate"
        r"|(?=.*(15|03|3):?04)(?!.*%)[ -~]{4,60}",
        "be RFC3339Nano, UnixMs or another of Go's names, or a layout like 2006-01-02 15:04:05",
    ),
]
_MATCHER = r'[a-zA-Z_]\w{0,62}\s*(=~|!~|!=|=)\s*"[^"\\\s]{1,200}"'
StreamSelector = Annotated[
    str,
    matching(
        rf"\{{\s*{_MATCHER}(\s*,\s*{_MATCHER}){{0,9}}\s*\}}",
        'be like {job="containers", container=~"web-.*"}',
    ),
]
