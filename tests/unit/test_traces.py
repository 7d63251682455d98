"""The search for traces of a person sees what a dump shows as bytes or escapes."""

import json

from tests.support.traces import words_in

BODY = json.dumps({"first_name": "Zoé"})


def test_words_are_found_in_the_bytes_of_a_row_and_of_a_dump() -> None:
    for line in (f'(1,"\\\\x{BODY.encode().hex()}",x)', f"1\t\\\\x{'Zoé'.encode().hex()}\tx", BODY, "ZOÉ"):
        assert words_in(line, ["zoé", "léa"]) == ["zoé"]
    assert words_in("\\xff\\u00e", ["zoé"]) == []
