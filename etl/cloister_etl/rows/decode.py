"""Bytes as lines of text. A byte that the encoding does not have becomes a lone surrogate, which its row is then set
aside for, and which is written back as the same byte."""

import codecs
import io
from collections.abc import Iterator
from typing import BinaryIO

from cloister_etl.errors import Rejected

LONGEST = 1024 * 1024  # characters of one line
UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class WrongEncoding(Rejected):
    pass


def text_of(stream: BinaryIO, encoding: str) -> io.TextIOWrapper:
    buffered = stream if isinstance(stream, io.BufferedReader) else io.BufferedReader(stream)  # type: ignore[type-var]
    mark = buffered.peek(4)[:4]
    if mark.startswith(UTF16):
        raise WrongEncoding("a file begins with the byte order mark of UTF-16, which is not what is declared")
    name = codecs.lookup(encoding).name
    if mark.startswith(codecs.BOM_UTF8):
        if name != "utf-8":
            raise WrongEncoding(f"a file begins with the byte order mark of UTF-8, but {encoding} is declared")
        name = "utf-8-sig"
    return io.TextIOWrapper(buffered, name, errors="surrogateescape", newline="")


def lines(text: io.TextIOWrapper) -> Iterator[tuple[str, bool]]:
    """Each line with its end, and whether it is whole: of one that is too long only the beginning is kept."""
    while line := text.readline(LONGEST):
        whole = line.endswith(("\n", "\r")) or len(line) < LONGEST
        while not whole and (more := text.readline(LONGEST)):
            if more.endswith(("\n", "\r")):
                break
        yield line, whole


def undecodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False
