"""Reading literals out of the source."""

import re

from blok.expressions.compiled.frame import Unproven
from blok.expressions.values import SURROGATE, normal

_NUMBER = re.compile(r"(?:(?:0|[1-9][0-9]*)(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?", re.ASCII)
_HEXADECIMAL = re.compile(r"0[xX][0-9a-fA-F]+", re.ASCII)
_ESCAPE = re.compile(
    r"\\(?:u\{([0-9a-fA-F]{1,6})\}|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(0(?![0-9]))|(\r\n|[\n\u2028\u2029])|(.))",
    re.DOTALL,
)
_SIMPLE = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v"}


def number(text: str) -> int | float:
    """The value of a number literal; Unproven for forms that strict code refuses or that are rare."""
    if _NUMBER.fullmatch(text):
        return normal(float(text))
    if _HEXADECIMAL.fullmatch(text) and len(text) <= 15:
        return int(text, 16)
    raise Unproven


def string(text: str) -> str:
    """The value of what stands between the quotes of a string or template literal."""
    if "\r" in text:  # template literals turn line ends into \n
        raise Unproven
    if "\\" in text:
        text = _ESCAPE.sub(_unescape, text)
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")
    if not text.isascii() and SURROGATE.search(text):
        raise Unproven
    return text


def _unescape(found: re.Match[str]) -> str:
    braced, four, two, zero, line_end, other = found.groups()
    code = braced or four or two
    if code:
        if int(code, 16) > 0x10FFFF:
            raise Unproven
        return chr(int(code, 16))
    if zero:
        return "\0"
    if line_end:
        return ""
    if other in "ux0123456789":
        raise Unproven
    return _SIMPLE.get(other, other)
