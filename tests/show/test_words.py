"""Every word is there in both languages."""

from __future__ import annotations

import pytest

from beboersim.policy.catalogue import KINDS, PRESETS
from beboersim.policy.where import STATUSES
from beboersim.show.words import LANGS, catalogue_of_words, word


def test_every_key_has_a_word_in_english_and_in_danish() -> None:
    for key, both in catalogue_of_words().items():
        assert {*both} == {*LANGS}, key
        assert all(text.strip() == text and text for text in both.values()), key


def test_kinds_presets_statuses_and_months_have_words() -> None:
    keys = [*(f"kind.{kind}" for kind in KINDS), *(f"preset.{preset}" for preset in PRESETS)]
    keys += [*(f"status.{status}" for status in STATUSES), *(f"month.{number}" for number in range(1, 13))]
    assert all(word(key, lang) for key in keys for lang in LANGS)
    assert (word("month.5", "da"), word("month.5", "en")) == ("maj", "May")


def test_an_unknown_word_is_not_made_up() -> None:
    with pytest.raises(KeyError):
        word("table.nothing", "en")
