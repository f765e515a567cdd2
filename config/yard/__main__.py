"""`python3 config/yard COMMAND`: the door that the Makefile knocks on.

Written so that an old Python can still read it and say what is wrong. Run by its path, not with -m, because importing
the package `config` needs Celery, which is not there before the set-up.
"""

import os
import sys
import types

OLDEST = (3, 11)
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))  # noqa: PTH100, PTH120


def refusal(version):  # noqa: ANN001, ANN201
    """Return the sentence for a Python that is too old, or nothing."""
    if tuple(version[:2]) >= OLDEST:
        return ""
    found = ".".join(str(part) for part in version[:3])
    return (
        "Verbena needs Python 3.11 or newer; this is Python "
        + found
        + ". Install it (Debian and Ubuntu: apt-get install python3.11 python3.11-venv), "
        + "then run: make PYTHON=python3.11 run"
    )


def make_importable():  # noqa: ANN201
    """Let `config.yard` be imported without running config/__init__.py."""
    sys.path[:] = [ROOT] + [path for path in sys.path if path != os.path.join(ROOT, "config", "yard")]  # noqa: PTH118
    if "config" not in sys.modules:
        package = types.ModuleType("config")
        package.__path__ = [os.path.join(ROOT, "config")]  # noqa: PTH118
        sys.modules["config"] = package


if __name__ == "__main__":
    sentence = refusal(sys.version_info)
    if sentence:
        sys.exit(sentence)
    make_importable()
    from config.yard import commands

    sys.exit(commands.main(sys.argv[1:]))
