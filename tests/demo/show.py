"""Plain aligned text: as readable in the log of a build as in a terminal."""

_WIDTH = 84


def heading(text: str) -> None:
    print(f"\n{text}", flush=True)


def plain(text: str) -> None:
    print(text, flush=True)


def line(text: str, seconds: float) -> None:
    plain(f"  {shortened(text, _WIDTH):<{_WIDTH}} {seconds:6.1f} s")


def shortened(text: str, width: int) -> str:
    return text if len(text) <= width else f"{text[: width - 1]}…"
