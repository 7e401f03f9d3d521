"""What is told when the warehouse does not answer: what it means, what to do. No SQL, and nothing that was asked."""

from dataclasses import dataclass
from enum import Enum


@dataclass(frozen=True, slots=True)
class Told:
    status: int
    title: str
    meaning: str
    advice: str


class Trouble(Enum):
    AWAY = Told(
        503,
        "The data warehouse does not answer",
        "It may be paused, restarting or being resized. Nothing is lost.",
        "Try again in a few minutes. If it stays so, tell your administrator the reference below.",
    )
    BUSY = Told(
        503,
        "The data warehouse is busy",
        "More questions are being asked of it than it takes at a time.",
        "Try again in a minute.",
    )
    SLOW = Told(
        504,
        "That took too long",
        "The question was stopped, so that it does not slow others down.",
        "Choose a shorter period in the filter, or try again later.",
    )
    MAY_NOT_READ = Told(
        503,
        "This application may not read the claims",
        "Its role has no right to the schema, so it can show nothing.",
        "Tell your administrator: the role that the application's `data` names must be one that reads "
        "the schema's tables, and have the application's IAM role among its members.",
    )
    NOT_SET_UP = Told(
        503,
        "There are no claims here yet",
        "The schema has no table of claims in the form that this application reads.",
        "Tell your administrator: the schema's table of claims is missing, or a column of it.",
    )
