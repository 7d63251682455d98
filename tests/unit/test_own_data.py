"""What a person downloads cannot be incomplete because nobody thought of a new column."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from sqlalchemy import Column, Computed, DateTime, LargeBinary, MetaData, Table, Text, Uuid, func, select
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from shared.own_data import ACCOUNT, Archive

TABLES = MetaData()
people = Table(
    "people",
    TABLES,
    Column("id", Uuid, primary_key=True),
    Column("name", Text),
    Column("words", ARRAY(Text)),
    Column("facts", JSONB),
    Column("secret", LargeBinary),
    Column("seen_at", DateTime),
    Column("searched", Text, Computed("lower(name)")),
)
numbers = Table("numbers", TABLES, Column("id", Uuid, primary_key=True))

LeftOut = Mapping[str, Sequence[Table | Column[Any]]]


def archive(*columns: Any, left_out: LeftOut) -> Archive:
    return Archive(TABLES, {"people": select(*columns).where(people.c.id == ACCOUNT)}, left_out=left_out)


def test_every_table_and_every_column_with_words_is_read_or_left_out_for_a_reason() -> None:
    read = (people.c.id, func.lower(people.c.name).label("name"), people.c.words, people.c.facts)
    assert archive(*read, left_out={"a secret": [people.c.secret], "numbers": [numbers]})
    assert archive(people.c.id, left_out={"about nobody": [people, numbers]})
    with pytest.raises(ValueError, match=r"or say why not: people\.secret$"):
        archive(*read, left_out={"numbers": [numbers]})
    with pytest.raises(ValueError, match=r"or say why not: numbers, people\.name, people\.words, people\.facts"):
        archive(people.c.id, left_out={"a secret": [people.c.secret]})
    with pytest.raises(ValueError, match=r"or say why not: people$"):
        archive(numbers.c.id, left_out={})


def test_a_column_is_not_left_out_of_what_it_is_in() -> None:
    with pytest.raises(ValueError, match=r"in the archive of own data, and left out of it: people\.name"):
        archive(*people.c, left_out={"a secret": [people.c.name], "about nobody": [numbers]})
