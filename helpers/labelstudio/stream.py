"""Reading large JSON files object by object, in bounded memory, with errors that say line and column."""

import codecs
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from .records import ExportError

CHUNK = 2**20  # bytes
BLANK = " \t\r\n"
# A decoding error this close to the end of what was read may only mean that the rest is missing.
NEAR_END = 16


def objects(path: Path) -> Iterator[dict[str, Any]]:
    """Every object of a JSON list, or the single object of a file that holds one.

    UTF-8 with or without a byte order mark; memory is that of the largest object plus a chunk. ExportError, with line
    and column, for an empty file, another encoding, broken JSON, or an element that is not an object.
    """
    source = _Source(path)
    first = source.peek()
    if first == "":
        raise ExportError(f"{path} est vide : exportez de nouveau le projet")
    if first == "{":
        yield source.value()
        source.expect_end()
        return
    if first != "[":
        raise source.error("une liste de tâches était attendue")
    source.skip(1)
    if source.peek() != "]":
        while True:
            yield source.value()
            mark = source.peek()
            if mark == "]":
                break
            if mark != ",":
                raise source.error("fichier tronqué" if mark == "" else "une virgule ou un crochet était attendu")
            source.skip(1)
    source.skip(1)
    source.expect_end()


class _Source:
    """A window over a text file, and the place of its beginning."""

    def __init__(self, path: Path) -> None:
        self.path, self.file = path, path.open("rb")
        self.decoder = codecs.getincrementaldecoder("utf-8-sig")()
        self.window, self.at, self.ended = "", 0, False
        self.line, self.column = 1, 1  # of the beginning of the window
        self.json = json.JSONDecoder()
        self.read()

    def read(self, size: int = CHUNK) -> None:
        """Forget what was consumed and read on."""
        gone, self.window, self.at = self.window[: self.at], self.window[self.at :], 0
        if newlines := gone.count("\n"):
            self.line, self.column = self.line + newlines, len(gone) - gone.rfind("\n")
        else:
            self.column += len(gone)
        data = self.file.read(size)
        self.ended = not data
        if self.line == self.column == 1 and data[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
            raise ExportError(f"{self.path} est en UTF-16 : enregistrez-le en UTF-8")
        try:
            self.window += self.decoder.decode(data, final=self.ended)
        except UnicodeDecodeError as error:
            if self.ended and error.reason == "unexpected end of data":
                raise self.error("fichier tronqué", len(self.window)) from None
            raise ExportError(
                f"{self.path} n’est pas en UTF-8 (octet 0x{error.object[error.start]:02x}) : enregistrez-le en UTF-8"
            ) from None
        if self.ended:
            self.file.close()

    def peek(self) -> str:
        """The next character that is not blank; empty at the end."""
        while True:
            while self.at < len(self.window) and self.window[self.at] in BLANK:
                self.at += 1
            if self.at < len(self.window) or self.ended:
                return self.window[self.at : self.at + 1]
            self.read()

    def skip(self, count: int) -> None:
        """Consume so many characters of the window."""
        self.at += count

    def value(self) -> dict[str, Any]:
        """The object that comes next."""
        if self.peek() not in ("{", ""):
            raise self.error("un objet était attendu")
        size = CHUNK
        while True:
            try:
                found, end = self.json.raw_decode(self.window, self.at)
                self.refuse_halves(found, end)
                self.at = end
                return found
            except RecursionError:
                raise self.error("des listes ou des objets trop imbriqués") from None
            except json.JSONDecodeError as error:
                unfinished = error.msg.startswith("Unterminated string")
                cut = unfinished or error.pos >= len(self.window) - NEAR_END
                if not cut or self.ended:
                    at_end = unfinished or error.pos >= len(self.window.rstrip())
                    message = "fichier tronqué" if at_end else f"JSON invalide ({error.msg})"
                    raise self.error(message, error.pos) from None
            except ValueError as error:  # a number of thousands of digits
                raise self.error(f"JSON invalide ({error})") from None
            self.read(size)
            size *= 2

    def refuse_halves(self, value: dict[str, Any], end: int) -> None:
        """Error for half a character (a lone UTF-16 surrogate, which an escape can state): no file could hold it."""
        escape = self.window.find("\\u", self.at, end)
        if escape < 0 or max(self.window.find(mark, escape, end) for mark in ("\\ud", "\\uD")) < 0:
            return
        try:
            json.dumps(value, ensure_ascii=False).encode()
        except UnicodeEncodeError as error:
            half = f"{ord(error.object[error.start]):04x}"
            raise self.error(f"\\u{half} est la moitié d’un caractère : retirez-la") from None

    def expect_end(self) -> None:
        """Nothing but blanks may follow."""
        if self.peek():
            raise self.error("du texte suit la fin du JSON")

    def error(self, message: str, at: int | None = None) -> ExportError:
        """An error at a place of the window, by default the next character."""
        before = self.window[: self.at if at is None else at]
        line = self.line + before.count("\n")
        column = len(before) - before.rfind("\n") if "\n" in before else self.column + len(before)
        return ExportError(f"{self.path}, ligne {line}, colonne {column} : {message}")
