"""The part of DynamoDB's expressions that PynamoDB writes: conditions, key conditions, updates, projections.

Source: Amazon DynamoDB Developer Guide, "Condition and filter expressions, operators, and functions" and "Using update
expressions". What is not known here is refused loudly, so that a new kind of expression cannot pass unnoticed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import cache
from typing import Any

Item = dict[str, dict[str, Any]]  # attribute → {type: value}, as on the wire
Names = Mapping[str, str]
Values = Mapping[str, Mapping[str, Any]]
Condition = Callable[[Item, Names, Values], bool]
Operand = Callable[[Item, Names, Values], Mapping[str, Any] | None]

_TOKEN = re.compile(r"\s*(#\w+|:\w+|<>|<=|>=|[=<>(),+-]|\w+)")


class UnknownExpression(ValueError):
    """An expression that this stand-in for DynamoDB does not understand."""


class _Reader:
    def __init__(self, text: str) -> None:
        self._tokens = _TOKEN.findall(text)
        if "".join(self._tokens) != re.sub(r"\s", "", text):
            raise UnknownExpression(text)
        self._at = 0
        self._text = text

    def peek(self) -> str:
        return self._tokens[self._at] if self._at < len(self._tokens) else ""

    def take(self, *expected: str) -> str:
        token = self.peek()
        if not token or (expected and token.upper() not in expected):
            raise UnknownExpression(f"{self._text!r} at {token!r}")
        self._at += 1
        return token

    def takes(self, word: str) -> bool:
        if self.peek().upper() != word:
            return False
        self._at += 1
        return True


@cache
def condition(text: str) -> Condition:
    """A condition, filter or key condition."""
    reader = _Reader(text)
    read = _either(reader)
    if reader.peek():
        raise UnknownExpression(text)
    return read


def _either(reader: _Reader) -> Condition:
    parts = [_both(reader)]
    while reader.takes("OR"):
        parts.append(_both(reader))
    return parts[0] if len(parts) == 1 else lambda *given: any(part(*given) for part in parts)


def _both(reader: _Reader) -> Condition:
    parts = [_single(reader)]
    while reader.takes("AND"):
        parts.append(_single(reader))
    return parts[0] if len(parts) == 1 else lambda *given: all(part(*given) for part in parts)


def _single(reader: _Reader) -> Condition:
    if reader.takes("NOT"):
        inverted = _single(reader)
        return lambda *given: not inverted(*given)
    if reader.takes("("):
        within = _either(reader)
        reader.take(")")
        return within
    function = reader.peek().lower()
    if function in ("attribute_exists", "attribute_not_exists"):
        reader.take()
        reader.take("(")
        path = reader.take()
        reader.take(")")
        wanted = function == "attribute_exists"
        return lambda item, names, _: (names[path] in item) is wanted
    if function == "begins_with":
        reader.take()
        reader.take("(")
        one = _operand(reader)
        reader.take(",")
        other = _operand(reader)
        reader.take(")")
        return lambda *given: _begins_with(one(*given), other(*given))
    return _comparison(reader)


def _comparison(reader: _Reader) -> Condition:
    left = _operand(reader)
    if reader.takes("IN"):
        reader.take("(")
        choices = [_operand(reader)]
        while reader.takes(","):
            choices.append(_operand(reader))
        reader.take(")")
        return lambda *given: any(_is("=", left(*given), choice(*given)) for choice in choices)
    if reader.takes("BETWEEN"):
        least = _operand(reader)
        reader.take("AND")
        most = _operand(reader)
        return lambda *given: _is(">=", left(*given), least(*given)) and _is("<=", left(*given), most(*given))
    sign = reader.take("=", "<>", "<", "<=", ">", ">=")
    right = _operand(reader)
    return lambda *given: _is(sign, left(*given), right(*given))


def _operand(reader: _Reader) -> Operand:
    token = reader.take()
    if token.startswith(":"):
        return lambda item, names, values: values[token]
    if token.startswith("#"):
        return lambda item, names, values: item.get(names[token])
    raise UnknownExpression(token)


def _begins_with(value: Mapping[str, Any] | None, start: Mapping[str, Any] | None) -> bool:
    if value is None or start is None or value.keys() != start.keys():
        return False
    (kind, text), (_, prefix) = next(iter(value.items())), next(iter(start.items()))
    return kind in ("S", "B") and bool(text.startswith(prefix))


def _is(sign: str, left: Mapping[str, Any] | None, right: Mapping[str, Any] | None) -> bool:
    if left is None or right is None:
        return sign == "<>"  # what is not there differs from everything
    if sign in ("=", "<>"):
        return (_plain(left) == _plain(right)) is (sign == "=")
    if left.keys() != right.keys():
        return False
    one, other = _plain(left)[1], _plain(right)[1]
    return bool({"<": one < other, "<=": one <= other, ">": one > other, ">=": one >= other}[sign])


def _plain(value: Mapping[str, Any]) -> tuple[str, Any]:
    kind, content = next(iter(value.items()))
    if kind == "N":
        return kind, Decimal(content)
    if kind == "S":
        return kind, content.encode()  # DynamoDB orders texts by their bytes
    return kind, content


Update = Callable[[Item, Names, Values], Item]


@cache
def update(text: str) -> Update:
    """An update: the item after it; the one given stays as it is. What it reads is read before anything is written."""
    reader = _Reader(text)
    actions: list[Callable[[Item, Item, Names, Values], None]] = []
    while reader.peek():
        section = reader.take("SET", "REMOVE", "ADD", "DELETE").upper()
        actions.append(_action(reader, section))
        while reader.takes(","):
            actions.append(_action(reader, section))

    def updated(item: Item, names: Names, values: Values) -> Item:
        after = dict(item)
        for action in actions:
            action(after, item, names, values)
        return after

    return updated


def _action(reader: _Reader, section: str) -> Callable[[Item, Item, Names, Values], None]:
    path = reader.take()
    if section == "REMOVE":

        def remove(after: Item, before: Item, names: Names, values: Values) -> None:
            after.pop(names[path], None)

        return remove
    if section == "ADD":
        amount = reader.take()

        def add(after: Item, before: Item, names: Names, values: Values) -> None:
            after[names[path]] = _sum(before.get(names[path], {"N": "0"}), values[amount], 1)

        return add
    if section == "SET":
        reader.take("=")
        value = _sum_or_single(reader)

        def set_(after: Item, before: Item, names: Names, values: Values) -> None:
            found = value(before, names, values)
            if found is None:
                raise UnknownExpression("an attribute that does not exist is read")
            after[names[path]] = dict(found)

        return set_
    raise UnknownExpression(section)


def _sum_or_single(reader: _Reader) -> Operand:
    left = _value(reader)
    for sign, factor in (("+", 1), ("-", -1)):
        if reader.takes(sign):
            right = _value(reader)
            return lambda *given: _sum(left(*given), right(*given), factor)
    return left


def _value(reader: _Reader) -> Operand:
    if not reader.takes("IF_NOT_EXISTS"):
        return _operand(reader)
    reader.take("(")
    path = reader.take()
    reader.take(",")
    otherwise = _operand(reader)
    reader.take(")")
    return lambda item, names, values: item[names[path]] if names[path] in item else otherwise(item, names, values)


def _sum(left: Mapping[str, Any] | None, right: Mapping[str, Any] | None, factor: int) -> dict[str, Any]:
    if left is None or right is None or "N" not in left or "N" not in right:
        raise UnknownExpression("only numbers are added")
    return {"N": str(Decimal(left["N"]) + factor * Decimal(right["N"]))}


def projected(item: Item, text: str | None, names: Names) -> Item:
    """The attributes that a projection asks for; a copy."""
    if not text:
        return dict(item)
    wanted = (names.get(path.strip(), path.strip()) for path in text.split(","))
    return {name: item[name] for name in wanted if name in item}
