"""JavaScript's global functions and constants, as far as compiled code uses them."""

import json
import math
import re
import time
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from urllib.parse import quote, unquote_to_bytes

from blok.expressions.compiled.frame import DIRTY, Frame, spend
from blok.expressions.compiled.text_methods import argument, float_prefix, whole
from blok.expressions.errors import Fallback
from blok.expressions.values import (
    NAN,
    SAFE_INTEGER,
    UNDEFINED,
    WHITE_SPACE,
    checked_json,
    checked_text,
    normal,
    number_text,
    own_keys,
    text_number,
    to_number,
    truthy,
    whole_number,
)

Builtin = Callable[[list[Any], Frame], Any]


def _parse_int(given: list[Any], _frame: Frame) -> Any:
    text = checked_text(argument(given, 0)).lstrip(WHITE_SPACE)
    if argument(given, 1) not in (UNDEFINED, 10):
        raise Fallback
    found = re.match(r"([+-]?)(0[xX])?([0-9]*)", text)
    assert found is not None, "every part is optional"
    sign, hexadecimal, digits = found.groups()
    if hexadecimal:
        raise Fallback
    if not digits:
        return NAN
    if len(digits) > 20:
        raise Fallback  # engines may differ in the last digit
    number = whole_number(int(digits))
    if sign == "-":
        return -number if number else -0.0
    return number


def _parse_float(given: list[Any], _frame: Frame) -> Any:
    prefix = float_prefix(checked_text(argument(given, 0)))
    if prefix is None:
        return NAN
    return normal(float(prefix)) if "I" not in prefix else text_number(prefix)


def _number(given: list[Any], _frame: Frame) -> Any:
    return to_number(given[0]) if given else 0


def _text(given: list[Any], _frame: Frame) -> str:
    return checked_text(given[0]) if given else ""


def _is_finite(given: list[Any], _frame: Frame) -> bool:
    return math.isfinite(to_number(argument(given, 0)))


def _is_nan(given: list[Any], _frame: Frame) -> bool:
    return math.isnan(to_number(argument(given, 0)))


def _is_number(value: Any) -> bool:
    return type(value) is int or type(value) is float


def _number_is_integer(given: list[Any], _frame: Frame) -> bool:
    value = argument(given, 0)
    return type(value) is int or (type(value) is float and value.is_integer())


def _number_is_safe(given: list[Any], frame: Frame) -> bool:
    return _number_is_integer(given, frame) and abs(given[0]) < SAFE_INTEGER


def _encode_component(given: list[Any], _frame: Frame) -> str:
    try:
        return quote(checked_text(argument(given, 0)), safe="-_.!~*'()")
    except UnicodeEncodeError:
        raise Fallback from None


def _decode_component(given: list[Any], _frame: Frame) -> str:
    text = checked_text(argument(given, 0))
    if re.search(r"%(?![0-9a-fA-F]{2})", text):
        raise Fallback
    try:
        return unquote_to_bytes(text).decode()
    except UnicodeError:
        raise Fallback from None


def _round(given: list[Any], _frame: Frame) -> Any:
    number = to_number(argument(given, 0))
    if type(number) is int or not math.isfinite(number):
        return number
    floor = math.floor(number)
    rounded = floor + 1 if number - floor >= 0.5 else floor
    return -0.0 if rounded == 0 and math.copysign(1.0, number) < 0 else whole_number(rounded)


def _whole_by(work: Callable[[float], int]) -> Builtin:
    def builtin(given: list[Any], _frame: Frame) -> Any:
        number = to_number(argument(given, 0))
        if type(number) is int or not math.isfinite(number):
            return number
        result = work(number)
        return -0.0 if result == 0 and math.copysign(1.0, number) < 0 else whole_number(result)

    return builtin


def _absolute(given: list[Any], _frame: Frame) -> Any:
    return normal(abs(float(to_number(argument(given, 0)))))


def _sign(given: list[Any], _frame: Frame) -> Any:
    number = to_number(argument(given, 0))
    if number == 0 or math.isnan(number):
        return number
    return 1 if number > 0 else -1


def _square_root(given: list[Any], _frame: Frame) -> Any:
    number = to_number(argument(given, 0))
    return normal(math.sqrt(number)) if number >= 0 else NAN


def _extreme(empty: float, better: Callable[[float, float], bool]) -> Builtin:
    def builtin(given: list[Any], _frame: Frame) -> Any:
        best: float = empty
        for value in given:
            number = to_number(value)
            if math.isnan(number) or math.isnan(best):
                best = NAN
            elif number == 0 == best and not type(number) is type(best) is int:
                raise Fallback  # 0 and -0 are ordered here and nowhere else
            elif better(number, best):
                best = number
        return best

    return builtin


def _keys(given: list[Any], frame: Frame) -> list[Any]:
    return [key for key, _ in _entries_of(given, frame)]


def _values(given: list[Any], frame: Frame) -> list[Any]:
    return [value for _, value in _entries_of(given, frame)]


def _entries(given: list[Any], frame: Frame) -> list[Any]:
    return [[key, value] for key, value in _entries_of(given, frame)]


def _entries_of(given: list[Any], frame: Frame) -> list[tuple[str, Any]]:
    owner = argument(given, 0)
    if type(owner) is dict:
        spend(frame, len(owner) >> 2)
        return [(key, owner[key]) for key in own_keys(owner)]
    if type(owner) is list:
        spend(frame, len(owner) >> 2)
        return [(str(index), item) for index, item in enumerate(owner)]
    raise Fallback


def _from_entries(given: list[Any], frame: Frame) -> dict[str, Any]:
    entries = argument(given, 0)
    if type(entries) is not list:
        raise Fallback
    spend(frame, len(entries) >> 2)
    made: dict[str, Any] = {}
    for entry in entries:
        if type(entry) is not list or len(entry) < 2 or type(entry[0]) not in (str, int):
            raise Fallback
        if entry[1] is UNDEFINED:
            frame[DIRTY] = True
        made[entry[0] if type(entry[0]) is str else number_text(entry[0])] = entry[1]
    return made


def _stringify(given: list[Any], frame: Frame) -> Any:
    if len(given) > 1:
        raise Fallback
    value = argument(given, 0)
    if value is UNDEFINED:
        return UNDEFINED
    text = checked_json(value)
    spend(frame, len(text) >> 5)
    return text


def _exact_int(digits: str) -> Any:
    if digits == "-0":
        return -0.0
    if len(digits) > 15:
        raise Fallback
    return int(digits)


def _exact_float(digits: str) -> Any:
    return normal(float(digits))


def _refuse_constant(_name: str) -> Any:
    raise Fallback


def _parse(given: list[Any], frame: Frame) -> Any:
    text = argument(given, 0)
    if type(text) is not str or len(given) > 1:
        raise Fallback
    spend(frame, len(text) >> 4)
    try:
        return json.loads(
            text, parse_int=_exact_int, parse_float=_exact_float, parse_constant=_refuse_constant
        )
    except ValueError:
        raise Fallback from None


def _is_array(given: list[Any], _frame: Frame) -> bool:
    value = argument(given, 0)
    if isinstance(value, tuple):
        raise Fallback
    return type(value) is list


def _array_from(given: list[Any], frame: Frame) -> list[Any]:
    if len(given) != 1 or type(given[0]) is not list:
        raise Fallback
    spend(frame, len(given[0]) >> 3)
    return list(given[0])


def _now(_given: list[Any], _frame: Frame) -> int:
    return time.time_ns() // 1_000_000


def to_fixed(number: float, given: list[Any]) -> str:
    """Number.prototype.toFixed: the exact decimal value, halves away from zero."""
    digits = whole(argument(given, 0))
    if not 0 <= digits <= 20 or not abs(number) < 1e21:
        raise Fallback
    text = format(Decimal(number).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP), "f")
    return text[1:] if text.startswith("-") and not text.strip("-0.") and number == 0 else text


FUNCTIONS: dict[str, Builtin] = {
    "parseInt": _parse_int,
    "parseFloat": _parse_float,
    "Number": _number,
    "String": _text,
    "Boolean": lambda given, _frame: truthy(argument(given, 0)),
    "isNaN": _is_nan,
    "isFinite": _is_finite,
    "encodeURIComponent": _encode_component,
    "decodeURIComponent": _decode_component,
    "Number.parseInt": _parse_int,
    "Number.parseFloat": _parse_float,
    "Number.isInteger": _number_is_integer,
    "Number.isSafeInteger": _number_is_safe,
    "Number.isNaN": lambda given, _frame: _is_number(argument(given, 0)) and math.isnan(given[0]),
    "Number.isFinite": lambda given, _frame: _is_number(argument(given, 0)) and math.isfinite(given[0]),
    "Math.round": _round,
    "Math.floor": _whole_by(math.floor),
    "Math.ceil": _whole_by(math.ceil),
    "Math.trunc": _whole_by(math.trunc),
    "Math.abs": _absolute,
    "Math.sign": _sign,
    "Math.sqrt": _square_root,
    "Math.max": _extreme(-math.inf, lambda a, b: a > b),
    "Math.min": _extreme(math.inf, lambda a, b: a < b),
    "Object.keys": _keys,
    "Object.values": _values,
    "Object.entries": _entries,
    "Object.fromEntries": _from_entries,
    "JSON.stringify": _stringify,
    "JSON.parse": _parse,
    "Array.isArray": _is_array,
    "Array.from": _array_from,
    "Date.now": _now,
}

# The functions that use the frame.
COUNTED = frozenset(
    {"Object.keys", "Object.values", "Object.entries", "Object.fromEntries", "Array.from"}
    | {"JSON.stringify", "JSON.parse"}
)

# Functions that can stand as a callback: only the first argument matters to them.
CALLBACKS = {name: FUNCTIONS[name] for name in ("Boolean", "Number", "String")}

CONSTANTS: dict[str, Any] = {
    "Math.PI": math.pi,
    "Math.E": math.e,
    "Number.MAX_SAFE_INTEGER": SAFE_INTEGER - 1,
    "Number.MIN_SAFE_INTEGER": 1 - SAFE_INTEGER,
    "Number.EPSILON": 2.0**-52,
}

# The engine's global names and the words that are no names in strict code; any other name is simply not
# defined.
KNOWN_NAMES = frozenset(
    """Object Function Error EvalError RangeError ReferenceError SyntaxError TypeError URIError InternalError
    AggregateError SuppressedError Iterator Array parseInt parseFloat isNaN isFinite queueMicrotask decodeURI
    decodeURIComponent encodeURI encodeURIComponent escape unescape Infinity NaN undefined eval Number Boolean
    String Math Reflect Symbol DisposableStack globalThis BigInt Date RegExp JSON Proxy Map Set WeakMap
    WeakSet ArrayBuffer Uint8ClampedArray Int8Array Uint8Array Int16Array Uint16Array Int32Array Uint32Array
    BigInt64Array BigUint64Array Float16Array Float32Array Float64Array DataView Promise
    AsyncDisposableStack DOMException btoa atob process arguments async await break case catch class const
    continue debugger default delete do else enum export extends false finally for from get if implements
    import in instanceof interface let new null of package private protected public return set static super
    switch this throw true try typeof var void while with yield""".split()  # noqa: SIM905
)
