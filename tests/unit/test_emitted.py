"""The check that every message is emitted finds one that is not, and cannot pass because too little was run."""

from pathlib import Path

from shared.contracts import REGISTRY
from tests.support.emitted import missing, needed_files

ALL = [message.wire_name for message in REGISTRY.all()]
FILES = needed_files()


def test_a_message_that_nobody_emitted_is_found() -> None:
    assert missing(ALL[1:], FILES, FILES) == [ALL[0]]
    assert missing(ALL, FILES, FILES) == []


def test_a_run_without_any_message_is_found() -> None:
    assert missing([], FILES, FILES) == ALL


def test_a_run_of_a_part_is_not_checked() -> None:
    assert missing([], sorted(FILES)[1:], FILES) is None
    assert missing([], [], []) is None


def test_the_files_of_every_publishing_service_are_needed() -> None:
    folders = {str(Path(file).parent) for file in FILES}
    assert folders == {f"tests/integration/{name}" for name in ("identity", "catalogue", "enrollment")}
