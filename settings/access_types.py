"""Value types of the settings that say who may log in, and as what.

What they allow can stand in grafana.ini and inside a JMESPath text without being quoted.
"""

from typing import Annotated

from settings.types import matching

Login = Annotated[
    str,
    matching(r"[a-z0-9][a-z0-9._-]{0,62}", "be a name of small letters, digits, `.`, `-`, `_`"),
]
Email = Annotated[
    str,
    matching(
        r"[a-z0-9][a-z0-9._%+-]{0,63}@[a-z0-9][a-z0-9.-]{0,252}",
        "be an e-mail address in small letters",
    ),
]
Label = Annotated[
    str, matching(r"[A-Za-z0-9][\w .-]{0,39}", "be 1 to 40 letters, digits, blanks, `.`, `-`, `_`")
]
ClientId = Annotated[
    str,
    matching(r"[A-Za-z0-9][\w.:/@-]{0,199}", "be letters, digits, `.`, `-`, `_`, `:`, `/`, `@`"),
]
Scope = Annotated[
    str, matching(r"[A-Za-z0-9][\w.:/-]{0,199}", "be letters, digits, `.`, `-`, `_`, `:`, `/`")
]
ClaimPath = Annotated[
    str,
    matching(r"[A-Za-z_]\w{0,62}(\.[A-Za-z_]\w{0,62}){0,9}", "be like groups or resource.roles"),
]
ClaimValue = Annotated[
    str,
    matching(
        r"[\w.:/@=,+-][\w.:/@=,+ -]{0,199}",
        "be letters, digits, blanks, `.`, `-`, `_`, `:`, `/`, `@`, `=`, `,`, `+`",
    ),
]
