"""Names and texts in statements, as Redshift reads them."""

import pytest
from cloister_etl.warehouse.sql import identifier, literal, qualified

from etl.world import World

HOSTILE = ("o'clock", "a\\", "\\'; DROP TABLE x; --", "\n\t", "%s :name $1 ?", '"', "é\u2028", "''\\\\''")


@pytest.mark.parametrize("text", HOSTILE)
def test_a_text_means_itself(world: World, text: str) -> None:
    assert world.sql(f"SELECT {literal(text)}") == [[text]]


@pytest.mark.parametrize("name", ["select", 'a"b', "with space", "o'clock", "é", "a.b", "x" * 127])
def test_a_name_means_itself(world: World, name: str) -> None:
    world.sql(f"CREATE TABLE {qualified('public', name)} (n int)")
    assert world.sql(f"SELECT COUNT(*) FROM {qualified('public', name)}") == [["0"]]
    world.sql(f"DROP TABLE {qualified('public', name)}")


@pytest.mark.parametrize("name", ["", "A", "a\0", "x" * 128, "é" * 64])
def test_a_name_that_redshift_would_not_keep_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="a name"):
        identifier(name)


def test_a_text_with_a_null_character_is_refused() -> None:
    with pytest.raises(ValueError, match="null character"):
        literal("a\0")
