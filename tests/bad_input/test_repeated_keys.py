"""Repeated keys in composed JSON are refused, since their meaning is ambiguous."""

from __future__ import annotations

import pytest

from tests.bad_input.conftest import Composer, nothing_saved

REPEATED = [
    ("content", '{"type": "location", "latitude": 1, "longitude": 2, "latitude": 3}', "latitude"),
    (
        "content",
        '{"type": "button", "body": "Yes?", "buttons": [{"id": "a", "id": "b", "title": "Yes"}]}',
        "buttons.0.id",
    ),
    ("context", '{"type": "context", "pairs": [{"name": "a", "value": "b", "name": "c"}]}', "pairs.0.name"),
    ("template_message", '{"type": "1", "fields": {"name": "Ana", "name": "Bia"}}', "fields.name"),
]


@pytest.mark.parametrize(("field", "text", "path"), REPEATED)
def test_repeated_key_is_reported_at_its_path_and_nothing_is_saved(
    composer: Composer, field: str, text: str, path: str
) -> None:
    response = composer.post(**{field: text})

    form = response.context["form"]
    key = path.rpartition(".")[2]
    assert form.errors[field] == [f"{path}: “{key}” stands here twice."]
    assert list(form.fields[field].widget.path_errors) == [path]
    assert nothing_saved()
