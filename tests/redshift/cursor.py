"""A reader of one statement's tokens, in the terms of SQL's grammar."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from redshift.errors import SqlError, syntax_error
from redshift.lexer import NUMBER, QUOTED, STRING, SYMBOL, WORD, Token, tokens
from redshift.names import Names, fold, fold_user

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Relation:
    """A name that may say its schema, and its database in front of that."""

    schema: str
    name: str
    quoted: str  # for PostgreSQL


class Cursor:
    def __init__(self, sql: str, names: Names) -> None:
        self.sql = sql
        self.names = names
        self.tokens = tokens(sql)
        while self.tokens and self._is_symbol(self.tokens[-1], ";"):
            self.tokens.pop()
        if any(self._is_symbol(token, ";") for token in self.tokens):
            raise SqlError("cannot insert multiple commands into a prepared statement")
        self.position = 0

    @staticmethod
    def _is_symbol(token: Token, text: str) -> bool:
        return token.kind == SYMBOL and token.text == text

    def peek(self, ahead: int = 0) -> Token | None:
        place = self.position + ahead
        return self.tokens[place] if place < len(self.tokens) else None

    def wrong(self) -> SqlError:
        token = self.peek()
        return syntax_error(self.sql[token.start : token.end] if token else "")

    def take(self, *kinds: str) -> Token:
        token = self.peek()
        if token is None or (kinds and token.kind not in kinds):
            raise self.wrong()
        self.position += 1
        return token

    def at(self, *words: str) -> bool:
        for ahead, word in enumerate(words):
            token = self.peek(ahead)
            if token is None or token.kind not in (WORD, SYMBOL) or token.text.upper() != word:
                return False
        return True

    def accept(self, *words: str) -> bool:
        """Whether these keywords and symbols come next, which are then behind us."""
        if not self.at(*words):
            return False
        self.position += len(words)
        return True

    def expect(self, *words: str) -> None:
        for word in words:
            if not self.accept(word):
                raise self.wrong()

    def one_of(self, *words: str) -> str | None:
        return next((word for word in words if self.accept(word)), None)

    def end(self) -> None:
        if self.peek() is not None:
            raise self.wrong()

    def name(self) -> str:
        return fold(self.take(WORD, QUOTED).text)

    def user(self) -> str:
        """Prefixes of identity providers need no quotes: myco_aad:bob."""
        name = self.take(WORD, QUOTED).text
        token = self.peek()
        if token is not None and token.kind == "parameter" and token.start == self.tokens[self.position - 1].end:
            name += self.take().text
        return fold_user(name)

    def string(self) -> str:
        return self.take(STRING).text

    def integer(self) -> int:
        negative = self.accept("-")
        text = self.take(NUMBER).text
        if not text.isdigit():
            raise syntax_error(text)
        return -int(text) if negative else int(text)

    def relation(self) -> Relation:
        parts = [self.name()]
        while self.accept("."):
            parts.append(self.name())
        if len(parts) > 3:
            raise self.wrong()
        parts = parts[-2:]  # a database in front must be the connected one, which is asked elsewhere
        return Relation(
            parts[0] if len(parts) == 2 else "", parts[-1], ".".join(self.names.quoted(part) for part in parts)
        )

    def listed(self, one: Callable[[], T]) -> list[T]:
        found = [one()]
        while self.accept(","):
            found.append(one())
        return found

    def in_parentheses(self, one: Callable[[], T]) -> list[T]:
        self.expect("(")
        found = self.listed(one)
        self.expect(")")
        return found

    def text_until(self, stops: Callable[["Cursor"], bool]) -> str:
        """The source of an expression, up to a stop that is in no parentheses of its own."""
        start, depth = self.position, 0
        while (token := self.peek()) is not None:
            if depth == 0 and (stops(self) or self.at(")")):
                break
            depth += {"(": 1, ")": -1}.get(token.text, 0) if token.kind == SYMBOL else 0
            self.position += 1
        if self.position == start or depth:
            raise self.wrong()
        return self.sql[self.tokens[start].start : self.tokens[self.position - 1].end]

    def rest(self) -> str:
        return self.text_until(lambda _: False)

    def at_word(self) -> bool:
        token = self.peek()
        return token is not None and token.kind == WORD
