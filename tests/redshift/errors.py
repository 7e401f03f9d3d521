"""What Redshift says when it refuses."""


class SqlError(Exception):
    def __init__(self, message: str, sqlstate: str = "42601") -> None:
        super().__init__(message)
        self.message = message
        self.sqlstate = sqlstate

    @property
    def text(self) -> str:
        """As the Data API reports it."""
        return f"ERROR: {self.message}"


class LoginRefused(Exception):
    """Said before there is a session."""


def syntax_error(near: str) -> SqlError:
    return SqlError(f'syntax error at or near "{near}"' if near else "syntax error at end of input")


def unsupported(what: str) -> SqlError:
    """Redshift may well know it. To be told so is better than a result that Redshift would not give."""
    return SqlError(f"{what} is not supported by this emulator", "0A000")


def no_such(kind: str, name: str) -> SqlError:
    states = {"user": "42704", "group": "42704", "role": "42704", "schema": "3F000", "column": "42703"}
    return SqlError(f'{kind} "{name}" does not exist', states.get(kind, "42P01"))
