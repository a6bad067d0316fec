"""What the API refuses, in the server's own words."""

BAD_REQUEST, UNAUTHORISED, FORBIDDEN, NOT_FOUND = 400, 401, 403, 404


class ApiError(Exception):
    """An answer other than 200: its status and its body, which is plain text."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status
        self.text = text


def bad(text: str) -> ApiError:
    """Whatever a handler refuses, a missing config section included."""
    return ApiError(BAD_REQUEST, text)


def wrong(problems: dict[str, str]) -> ApiError:
    """Parameters that can't be: by name, what is the matter with each."""
    rows = [f"'{name}': {problem}" for name, problem in problems.items()]
    if len(rows) == 1:
        return bad(f"parameter verification failed - {rows[0]}")
    return bad("parameter verification failed:" + "".join(f"\n- {row}" for row in rows))


def forbidden() -> ApiError:
    """What the router says where a privilege is missing."""
    return ApiError(FORBIDDEN, "permission check failed")


def not_found(text: str) -> ApiError:
    return ApiError(NOT_FOUND, text)
