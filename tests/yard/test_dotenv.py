import os

import pytest

from config.yard import dotenv
from config.yard.places import Stop


def test_parse_reads_comments_quotes_and_export():
    text = "# a comment\n\nexport PORT=8010 # here\nNAME='Verbena # one'\nEMPTY=\nURL=redis://h/0?a=b\n"
    assert dotenv.parse(text) == {"PORT": "8010", "NAME": "Verbena # one", "EMPTY": "", "URL": "redis://h/0?a=b"}


def test_parse_names_the_line_it_cannot_read():
    with pytest.raises(Stop, match="line 2"):
        dotenv.parse("A=1\nnonsense\n")


def test_load_fills_only_what_the_environment_lacks(tmp_path, monkeypatch):
    monkeypatch.setenv("PORT", "9000")
    monkeypatch.setenv("NEW_ONE", "")
    monkeypatch.delenv("NEW_ONE")
    monkeypatch.delenv("NOTHING", raising=False)
    file = tmp_path / ".env"
    file.write_text("PORT=8010\nNEW_ONE=yes\nNOTHING=\n")
    dotenv.load(file)
    assert os.environ["PORT"] == "9000"
    assert os.environ["NEW_ONE"] == "yes"
    assert "NOTHING" not in os.environ
