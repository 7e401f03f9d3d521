"""What is printed: a figure, and beside it the bar that it is held to."""


def title(text: str) -> None:
    print(f"\n{text}", flush=True)


def say(what: str, figure: str, bar: str = "") -> None:
    print(f"  {what:<58} {figure:>12}   {bar}".rstrip(), flush=True)
