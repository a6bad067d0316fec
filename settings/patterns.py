"""Regular expressions that the log programs read: RE2's, checked with what Python knows of them."""

import re
import warnings

LONGEST = 500
_CLASS = re.compile(r"\[\^?\]?[^\]]*\]")
_ESCAPE = re.compile(r"\\(.)")
_BACKREFERENCE = re.compile(r"\(\?P=|\(\?\(|\\[1-9]")
_LOOKAROUND = re.compile(r"\(\?<?[=!]")
# Possessive and atomic groups, comments, Python's own flags and Python's own escapes.
_PYTHON_ONLY = re.compile(r"\(\?>|\(\?#|[*+?}]\+|\(\?[ims-]*[aLux]|\\[ZuUN]")
_MOST_REPEATS = 1000  # RE2's bound
_REPEATS = re.compile(r"\{(\d*),?(\d*)\}")


def regular_expression(text: str) -> str:
    """a regular expression without lookaround and back-references"""
    if not text.isprintable() or len(text) > LONGEST:
        raise ValueError(f"must be a regular expression of at most {LONGEST} printable characters")
    _refuse_beyond_re2(text)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            compiled = re.compile(text)
    except (re.error, Warning, OverflowError, RecursionError):
        raise ValueError("is not a regular expression") from None
    if compiled.match(""):
        raise ValueError("must not match an empty text")
    return text


def expression_with_time(text: str) -> str:
    """a regular expression with the group `(?P<time>…)`"""
    if "time" not in re.compile(regular_expression(text)).groupindex:
        raise ValueError("must have a group (?P<time>…) around the time")
    return text


def _refuse_beyond_re2(text: str) -> None:
    """What RE2 lacks, looked for outside of character classes and not behind a backslash."""
    bare = _CLASS.sub("[]", _ESCAPE.sub(_escape, text))
    if _LOOKAROUND.search(bare):
        raise ValueError("must have no lookaround: RE2 knows none")
    if _BACKREFERENCE.search(bare):
        raise ValueError("must have no back-reference: RE2 knows none")
    counts = [int(count) for found in _REPEATS.findall(bare) for count in found if count]
    if _PYTHON_ONLY.search(bare) or any(count > _MOST_REPEATS for count in counts):
        raise ValueError("must be in RE2's syntax, as Go's regexp reads it")


def _escape(found: re.Match[str]) -> str:
    """An escaped letter or digit as it was; anything else is no syntax any more."""
    return found[0] if found[1].isalnum() else "_"
