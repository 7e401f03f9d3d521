"""What a statement gives: rows as PostgreSQL's text, with what their columns are."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Column:
    name: str
    type: str
    precision: int
    scale: int
    schema: str = ""
    table: str = ""
    nullable: int = 2  # 0 no, 1 yes, 2 unknown


@dataclass(slots=True)
class Result:
    columns: list[Column] | None = None  # none: there is no result set
    rows: list[list[str | None]] = field(default_factory=list)
    affected: int = 0

    @property
    def count(self) -> int:
        return len(self.rows) if self.columns is not None else self.affected

    @property
    def size(self) -> int:
        return sum(len(cell.encode()) for row in self.rows for cell in row if cell is not None)
