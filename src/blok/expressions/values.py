"""JavaScript's values and conversions, on Python data.

null is None, undefined is `UNDEFINED`, numbers are int or float, strings are str, arrays are list and
objects are dict. Everything else (bytes, dates, ...) is opaque: an object without properties of its own.
Section numbers in comments are those of ECMA-262.
"""

import math
import re
import sys
from collections.abc import Callable
from json.encoder import encode_basestring
from typing import Any, Final

from blok.expressions.errors import Fallback


class Undefined:
    """JavaScript's `undefined`; there is one instance, `UNDEFINED`, and it is falsy."""

    __slots__ = ()

    def __bool__(self) -> bool:
        return False

    def __repr__(self) -> str:
        return "undefined"

    def __copy__(self) -> "Undefined":
        return self

    def __deepcopy__(self, memo: object) -> "Undefined":
        return self

    def __reduce__(self) -> str:
        return "UNDEFINED"


UNDEFINED: Final = Undefined()
SAFE_INTEGER: Final = 2**53
NAN: Final = math.nan

# Names that every object has without owning them.
INHERITED: Final = frozenset(
    """constructor hasOwnProperty isPrototypeOf propertyIsEnumerable toLocaleString toString valueOf __proto__
    __defineGetter__ __defineSetter__ __lookupGetter__ __lookupSetter__""".split()  # noqa: SIM905
)

# What JavaScript's number parser and trim() call white space (StrWhiteSpaceChar).
WHITE_SPACE: Final = (
    "\t\n\v\f\r \xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000\ufeff"
)
SURROGATE: Final = re.compile("[\ud800-\udfff]")
_DECIMAL = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*(?:[eE][+-]?[0-9]+)?|\.[0-9]+(?:[eE][+-]?[0-9]+)?)", re.ASCII)
_RADIX = {"0x": 16, "0X": 16, "0o": 8, "0O": 8, "0b": 2, "0B": 2}
_RADIX_DIGITS = {16: re.compile("[0-9a-fA-F]+"), 8: re.compile("[0-7]+"), 2: re.compile("[01]+")}
_INDEX = re.compile("0|[1-9][0-9]{0,9}", re.ASCII)
_LARGEST_INDEX = 2**32 - 2


def truthy(value: Any) -> bool:
    """JavaScript's ToBoolean: empty lists and dicts are true, 0, NaN, "", null and undefined are false."""
    if value is True or value is False:
        return value
    kind = type(value)
    if kind is str or kind is int:
        return bool(value)
    if kind is float:
        return value == value and value != 0.0  # type: ignore[no-any-return]  # noqa: PLR0124 - NaN
    return value is not None and value is not UNDEFINED


def normal(number: float) -> int | float:
    """The house form of a JavaScript number: whole ones are int (except -0 and those beyond 2**53)."""
    if number.is_integer() and -SAFE_INTEGER <= number <= SAFE_INTEGER:
        return int(number) if number != 0.0 or math.copysign(1.0, number) > 0 else number
    return number


def number_text(number: float) -> str:
    """Number::toString in base ten (6.1.6.1.20): shortest digits, exponent from 1e21 up and below 1e-6."""
    if type(number) is int and -SAFE_INTEGER <= number <= SAFE_INTEGER:
        return str(number)
    try:
        number = float(number)
    except OverflowError:
        return "Infinity" if number > 0 else "-Infinity"
    if number != number:  # noqa: PLR0124 - NaN is the one value unequal to itself
        return "NaN"
    if number in (math.inf, -math.inf):
        return "Infinity" if number > 0 else "-Infinity"
    if number == 0.0:
        return "0"
    sign = "-" if number < 0 else ""
    # repr gives the shortest digits that read back to the same number, which is what JavaScript asks for too.
    mantissa, _, exponent = repr(abs(number)).partition("e")
    whole, _, fraction = mantissa.partition(".")
    digits = (whole + fraction).lstrip("0")
    leading_zeros = len(whole + fraction) - len(digits)
    point = len(whole) - leading_zeros + int(exponent or 0)
    digits = digits.rstrip("0")
    count = len(digits)
    if count <= point <= 21:
        return sign + digits + "0" * (point - count)
    if 0 < point <= 21:
        return f"{sign}{digits[:point]}.{digits[point:]}"
    if -6 < point <= 0:
        return f"{sign}0.{'0' * -point}{digits}"
    shown = f"{point - 1:+d}"
    return f"{sign}{digits[0]}{'.' + digits[1:] if count > 1 else ''}e{shown}"


def text_number(text: str) -> int | float:
    """StringToNumber (7.1.4.1): "" is 0, "0x1f" is 31, "12px" is NaN."""
    if text.isdigit() and text.isascii() and len(text) < 16:
        return int(text)
    text = text.strip(WHITE_SPACE)
    if not text:
        return 0
    if _DECIMAL.fullmatch(text):
        return normal(float(text))
    radix = _RADIX.get(text[:2])
    if radix is not None and _RADIX_DIGITS[radix].fullmatch(text, 2):
        return whole_number(int(text[2:], radix))
    if text in ("Infinity", "+Infinity"):
        return math.inf
    return -math.inf if text == "-Infinity" else NAN


def whole_number(value: int) -> int | float:
    """A whole number as JavaScript holds it.

    Beyond 2**53 it is rounded to a double, beyond 1e308 infinite.
    """
    if -SAFE_INTEGER <= value <= SAFE_INTEGER:
        return value
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def to_text(value: Any) -> str:
    """JavaScript's String(value): arrays joined with commas, objects "[object Object]"."""
    kind = type(value)
    if kind is str:
        return value  # type: ignore[no-any-return]
    if kind is int or kind is float:
        return number_text(value)
    if kind is bool:
        return "true" if value else "false"
    if value is None:
        return "null"
    if value is UNDEFINED:
        return "undefined"
    if kind is list:
        return _list_text(value, [])
    return "[object Object]"


def _list_text(items: list[Any], open_lists: list[int]) -> str:
    if (
        id(items) in open_lists
    ):  # an array inside itself shows as nothing (22.1.3.18, as every engine does it)
        return ""
    open_lists.append(id(items))
    parts = [
        ""
        if item is None or item is UNDEFINED
        else _list_text(item, open_lists)
        if type(item) is list
        else to_text(item)
        for item in items
    ]
    open_lists.pop()
    return ",".join(parts)


def primitive(value: Any) -> Any:
    """ToPrimitive of compiled code: objects that could bring a toString of their own go to the engine."""
    kind = type(value)
    if kind is list:
        return checked_list_text(value)
    if kind is dict:
        if "toString" in value or "valueOf" in value:
            raise Fallback
        return "[object Object]"
    if value is None or value is UNDEFINED or kind in _PRIMITIVE:
        return value
    raise Fallback


_PRIMITIVE = frozenset({str, int, float, bool})


def checked_text(value: Any) -> str:
    """String(value) of compiled code: raises Fallback where an object's own methods could matter."""
    if type(value) is str:
        return value
    return to_text(primitive(value))


def checked_list_text(items: list[Any], separator: str = ",") -> str:
    """Array.prototype.join of compiled code; deep, huge and self-containing arrays go to the engine."""
    return separator.join(_item_texts(items, [_MOST_ITEMS], 0))


_MOST_ITEMS = 100_000


def _item_texts(items: list[Any], left: list[int], depth: int) -> list[str]:
    left[0] -= len(items)
    if depth > 8 or left[0] < 0:
        raise Fallback
    parts = []
    for item in items:
        if type(item) is str:
            parts.append(item)
        elif item is None or item is UNDEFINED:
            parts.append("")
        elif type(item) is list:
            parts.append(",".join(_item_texts(item, left, depth + 1)))
        else:
            parts.append(to_text(primitive(item)))
    return parts


def to_number(value: Any) -> int | float:
    """JavaScript's ToNumber; may raise Fallback for objects."""
    kind = type(value)
    if kind is int or kind is float:
        return value  # type: ignore[no-any-return]
    if kind is bool:
        return 1 if value else 0
    if kind is str:
        return text_number(value)
    if value is None:
        return 0
    if value is UNDEFINED:
        return NAN
    return to_number(primitive(value))


def strict_equals(left: Any, right: Any) -> bool:
    """JavaScript's ===: no conversion, true is not 1, objects are equal only to themselves."""
    kind, other = type(left), type(right)
    if kind is other:
        if kind is dict or kind is list:
            return left is right
        return bool(left == right) if kind in _PRIMITIVE else left is right
    if (kind is int and other is float) or (kind is float and other is int):
        return bool(left == right)
    return left is right


def loose_equals(left: Any, right: Any) -> bool:
    """JavaScript's == (7.2.13); may raise Fallback for objects."""
    kind, other = type(left), type(right)
    if left is None or left is UNDEFINED:
        return right is None or right is UNDEFINED
    if right is None or right is UNDEFINED:
        return False
    if kind is other or (kind in _NUMBER and other in _NUMBER):
        return strict_equals(left, right)
    left_primitive, right_primitive = kind in _PRIMITIVE, other in _PRIMITIVE
    if not left_primitive and not right_primitive:
        return left is right
    if not left_primitive:
        return loose_equals(primitive(left), right)
    if not right_primitive:
        return loose_equals(left, primitive(right))
    return bool(to_number(left) == to_number(right))


_NUMBER = frozenset({int, float})


def is_index(key: str) -> bool:
    """Whether an object's key is an array index; such keys come first, in rising order (10.1.11)."""
    return bool(_INDEX.fullmatch(key)) and int(key) <= _LARGEST_INDEX


def own_keys(record: dict[str, Any]) -> list[str]:
    """The keys of an object in JavaScript's order."""
    keys = list(record)
    for key in keys:
        if key and key[0] in "0123456789" and is_index(key):
            indexes = sorted((k for k in keys if is_index(k)), key=int)
            return indexes + [k for k in keys if not is_index(k)]
    return keys


def text_length(text: str) -> int:
    """String length in UTF-16 code units."""
    if text.isascii():
        return len(text)
    return len(text) + sum(character > "\uffff" for character in text)


def json_string(text: str) -> str:
    """A string as JSON.stringify writes it: lone surrogates escaped, everything else above 0x1f as it is."""
    quoted = encode_basestring(text)
    if quoted.isascii():
        return quoted
    return SURROGATE.sub(lambda found: f"\\u{ord(found[0]):04x}", quoted)


def stringify(value: Any) -> str | None:
    """JSON.stringify(value), compact. None for undefined. Raises ValueError for a circular structure."""
    if value is UNDEFINED:
        return None
    return _json(value, [], _show_opaque, [sys.maxsize])


def checked_json(value: Any) -> str:
    """JSON.stringify of compiled code, for anything but undefined.

    Opaque and circular values are Fallback.
    """
    try:
        return _json(value, [], _refuse_opaque, [_MOST_ITEMS])
    except ValueError:
        raise Fallback from None


def _show_opaque(_value: Any) -> str:
    return "{}"


def _refuse_opaque(_value: Any) -> str:
    raise Fallback


def _json(value: Any, open_containers: list[int], opaque: Callable[[Any], str], left: list[int]) -> str:
    kind = type(value)
    if kind is str:
        return json_string(value)
    if kind is int or kind is float:
        text = number_text(value)
        return "null" if text in ("NaN", "Infinity", "-Infinity") else text
    if value is True:
        return "true"
    if value is False:
        return "false"
    if value is None or value is UNDEFINED:
        return "null"
    if kind is not dict and kind is not list:
        return opaque(value)
    if id(value) in open_containers:
        raise ValueError("Converting circular structure to JSON")
    open_containers.append(id(value))
    left[0] -= len(value)
    if left[0] < 0:
        raise Fallback
    if kind is list:
        text = f"[{','.join([_json(item, open_containers, opaque, left) for item in value])}]"
    else:
        members = [
            f"{json_string(key)}:{_json(value[key], open_containers, opaque, left)}"
            for key in own_keys(value)
            if value[key] is not UNDEFINED
        ]
        text = f"{{{','.join(members)}}}"
    open_containers.pop()
    return text
