"""JavaScript's operators on Python values, as closures."""

import math
from collections.abc import Callable
from typing import Any

from blok.expressions.compiled.frame import Closure
from blok.expressions.errors import Fallback
from blok.expressions.values import (
    INHERITED,
    NAN,
    SAFE_INTEGER,
    UNDEFINED,
    checked_text,
    loose_equals,
    normal,
    primitive,
    strict_equals,
    to_number,
    to_text,
    truthy,
    whole_number,
)

Binary = Callable[[Any, Any], Any]
_NUMBER = frozenset({int, float})


def joined(left: str, right: str, longest: int) -> str:
    """Two texts as one. Halves of a surrogate pair that would meet are left to the engine."""
    text = left + right
    if len(text) > longest or (
        not text.isascii() and "\ud800" <= left[-1:] <= "\udbff" and "\udc00" <= right[:1] <= "\udfff"
    ):
        raise Fallback
    return text


def plus(longest: int) -> Binary:
    """The `+` operator, for texts up to `longest` characters."""

    def add(left: Any, right: Any) -> Any:
        kind, other = type(left), type(right)
        if kind is str and other is str:
            return joined(left, right, longest)
        if kind is int and other is int:
            return whole_number(left + right)
        left, right = primitive(left), primitive(right)
        if type(left) is str or type(right) is str:
            return joined(to_text(left), to_text(right), longest)
        return _number(to_number(left) + to_number(right))

    return add


def _number(value: float) -> int | float:
    if type(value) is int:
        return whole_number(value)
    return normal(value)


def _operands(left: Any, right: Any) -> tuple[float, float]:
    # Both sides are converted to primitives, then to numbers, left first.
    return to_number(left), to_number(right)


def _subtract(left: Any, right: Any) -> Any:
    a, b = _operands(left, right)
    return _number(a - b)


def _multiply(left: Any, right: Any) -> Any:
    a, b = _operands(left, right)
    product = a * b
    if product == 0 and (_negative(a) is not _negative(b)):
        return -0.0
    return _number(product)


def _negative(value: float) -> bool:
    return math.copysign(1.0, value) < 0


def _divide(left: Any, right: Any) -> Any:
    a, b = _operands(left, right)
    if b == 0:
        if a == 0 or a != a:  # noqa: PLR0124 - NaN
            return NAN
        return -math.inf if _negative(a) is not _negative(b) else math.inf
    quotient = a / b
    if quotient == 0 and a == 0 and _negative(a) is not _negative(b):
        return -0.0
    return normal(quotient)


def remainder(left: Any, right: Any) -> Any:
    """The `%` operator: the sign is that of the dividend."""
    if type(left) is int and type(right) is int and left >= 0 and right > 0:
        return left % right
    a, b = _operands(left, right)
    if b == 0 or a != a or b != b or a in (math.inf, -math.inf):  # noqa: PLR0124 - NaN
        return NAN
    result = math.fmod(a, b)  # the sign of the dividend, as in JavaScript
    if result == 0:
        return -0.0 if _negative(a) else 0
    return normal(result)


def _power(left: Any, right: Any) -> Any:
    a, b = _operands(left, right)
    if type(a) is not int or type(b) is not int or b < 0 or abs(a) > 1_000_000 or b > 64:
        raise Fallback
    result = a**b
    if abs(result) > SAFE_INTEGER:
        raise Fallback  # engines differ in the last digit
    return result


def _int32(value: float) -> int:
    if type(value) is float:
        if not math.isfinite(value):
            return 0
        value = int(value)
    assert isinstance(value, int)
    value &= 0xFFFFFFFF
    return value - 0x100000000 if value & 0x80000000 else value


def _bitwise(work: Callable[[int, int], int]) -> Binary:
    def operate(left: Any, right: Any) -> Any:
        a, b = _operands(left, right)
        return _int32(work(_int32(a), _int32(b)))

    return operate


def _unsigned_shift(left: Any, right: Any) -> Any:
    a, b = _operands(left, right)
    return (_int32(a) & 0xFFFFFFFF) >> (_int32(b) & 31)


def _compare(numbers: Callable[[Any, Any], bool]) -> Binary:
    """A relational operator; comparisons with NaN are false in Python as in JavaScript."""

    def operate(left: Any, right: Any) -> bool:
        kind, other = type(left), type(right)
        if (kind is int or kind is float) and (other is int or other is float):
            return numbers(left, right)
        left, right = primitive(left), primitive(right)
        if type(left) is str and type(right) is str:
            if left.isascii() and right.isascii():
                return numbers(left, right)
            return numbers(unit_order(left), unit_order(right))
        return numbers(to_number(left), to_number(right))

    return operate


def unit_order(text: str) -> bytes:
    """A text as something that sorts like JavaScript sorts texts: by UTF-16 units."""
    return text.encode("utf-16-be", "surrogatepass")


BINARY: dict[str, Binary] = {
    "-": _subtract,
    "*": _multiply,
    "/": _divide,
    "%": remainder,
    "**": _power,
    "&": _bitwise(lambda a, b: a & b),
    "|": _bitwise(lambda a, b: a | b),
    "^": _bitwise(lambda a, b: a ^ b),
    "<<": _bitwise(lambda a, b: a << (b & 31)),
    ">>": _bitwise(lambda a, b: a >> (b & 31)),
    ">>>": _unsigned_shift,
    "<": _compare(lambda a, b: a < b),
    "<=": _compare(lambda a, b: a <= b),
    ">": _compare(lambda a, b: a > b),
    ">=": _compare(lambda a, b: a >= b),
    "===": strict_equals,
    "!==": lambda a, b: not strict_equals(a, b),
    "==": loose_equals,
    "!=": lambda a, b: not loose_equals(a, b),
}


def binary(operate: Binary, left: Closure, right: Closure) -> Closure:
    """Both sides, left first, then the operator."""
    return lambda ctx, frame: operate(left(ctx, frame), right(ctx, frame))


def equals_constant(value: Closure, constant: Any, *, negated: bool) -> Closure:
    """`value === constant` for a text, true, false, null, undefined, or a number."""
    if type(constant) is str:  # a Python comparison: only a str is equal to a str
        if negated:
            return lambda ctx, frame: value(ctx, frame) != constant
        return lambda ctx, frame: value(ctx, frame) == constant
    if type(constant) in (int, float):

        def same(ctx: dict[str, Any], frame: Any) -> bool:
            found = value(ctx, frame)
            return (type(found) in _NUMBER and found == constant) is not negated

        return same
    if negated:
        return lambda ctx, frame: value(ctx, frame) is not constant
    return lambda ctx, frame: value(ctx, frame) is constant


def remainder_by(value: Closure, divisor: int) -> Closure:
    """`value % divisor` for a positive whole divisor."""

    def get(ctx: dict[str, Any], frame: Any) -> Any:
        found = value(ctx, frame)
        if type(found) is int and found >= 0:
            return found % divisor
        return remainder(found, divisor)

    return get


def both(left: Closure, right: Closure) -> Closure:
    """The `&&` operator."""

    def get(ctx: dict[str, Any], frame: Any) -> Any:
        value = left(ctx, frame)
        return right(ctx, frame) if truthy(value) else value

    return get


def either(left: Closure, right: Closure) -> Closure:
    """The `||` operator."""

    def get(ctx: dict[str, Any], frame: Any) -> Any:
        value = left(ctx, frame)
        return value if truthy(value) else right(ctx, frame)

    return get


def nullish(left: Closure, right: Closure) -> Closure:
    """The `??` operator."""

    def get(ctx: dict[str, Any], frame: Any) -> Any:
        value = left(ctx, frame)
        return right(ctx, frame) if value is None or value is UNDEFINED else value

    return get


def ternary(condition: Closure, then: Closure, otherwise: Closure) -> Closure:
    """The `?:` operator."""

    def get(ctx: dict[str, Any], frame: Any) -> Any:
        return then(ctx, frame) if truthy(condition(ctx, frame)) else otherwise(ctx, frame)

    return get


def type_name(value: Any) -> str:
    """The `typeof` of a value."""
    kind = type(value)
    if kind is str:
        return "string"
    if kind is int or kind is float:
        return "number"
    if kind is bool:
        return "boolean"
    if value is UNDEFINED:
        return "undefined"
    if callable(value):
        raise Fallback
    return "object"


def contains(key: Any, owner: Any) -> bool:
    """The `in` operator; inherited names are left to the engine."""
    name = checked_text(key)
    if type(owner) is dict:
        if name in owner:
            return True
        if name in INHERITED:
            raise Fallback
        return False
    raise Fallback


def negate(value: Any) -> Any:
    """The `-` sign."""
    number = to_number(value)
    return -0.0 if number == 0 and not _negative(number) else _number(-number)


def invert_bits(value: Any) -> Any:
    """The `~` operator."""
    return _int32(~_int32(to_number(value)))
