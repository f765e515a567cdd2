import importlib
import inspect
import pkgutil
import weakref
from pathlib import Path

import allauth.account.signals
import allauth.mfa.signals
import allauth.usersessions.signals
import pytest
from django.contrib.auth import signals as auth_signals
from django.core import signals as core_signals
from django.db.backends import signals as backend_signals
from django.db.models import signals as model_signals
from django.dispatch import Signal

import apps
from tests.architecture.signals_table import LIBRARIES, SIGNALS

MODULES = [
    auth_signals,
    core_signals,
    backend_signals,
    allauth.account.signals,
    allauth.mfa.signals,
    allauth.usersessions.signals,
]


def ours(receiver):
    return inspect.unwrap(receiver).__module__.startswith("apps.")


def receivers(signal):
    """The dotted names of our functions that listen to a signal."""
    references = [entry[1] for entry in signal.receivers]
    functions = [ref() if isinstance(ref, weakref.ReferenceType) else ref for ref in references]
    return sorted(f"{each.__module__}.{each.__qualname__}" for each in functions if each is not None and ours(each))


def signals_of(module):
    return {f"{module.__name__}.{name}": value for name, value in vars(module).items() if isinstance(value, Signal)}


def all_of_ours():
    found = {}
    for module in pkgutil.walk_packages(apps.__path__, "apps."):
        if module.name.endswith(".signals"):
            found |= signals_of(importlib.import_module(module.name))
    return found


def test_every_signal_and_its_receivers_stand_in_the_table():
    assert {name: receivers(signal) for name, signal in all_of_ours().items()} == {
        name: sorted(listeners) for name, listeners in SIGNALS.items()
    }


def test_signals_live_in_files_of_that_name():
    strays = [
        str(path)
        for path in Path(apps.__path__[0]).rglob("*.py")
        if path.name != "signals.py" and "= Signal(" in path.read_text()
    ]
    assert strays == []


def test_every_receiver_of_a_librarys_signal_stands_in_the_table():
    found = {}
    for module in MODULES:
        found |= {name: names for name, signal in signals_of(module).items() if (names := receivers(signal))}
    assert found == {name: sorted(listeners) for name, listeners in LIBRARIES.items()}


@pytest.mark.parametrize("name", sorted(signals_of(model_signals)))
def test_no_business_rule_hangs_on_saving_a_row(name):
    assert receivers(signals_of(model_signals)[name]) == []
