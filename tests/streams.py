"""A pytest plugin: who runs which test when `make test` shares all of them out to several processes.

The browser tests come first and stay in one process, which runs the product once; the others are shared out by file.
"""

from xdist.scheduler import LoadScopeScheduling

BROWSER = "tests/e2e/"


class Streams(LoadScopeScheduling):
    """The files of tests, the browser's all as one."""

    def _split_scope(self, nodeid):
        return BROWSER if nodeid.startswith(BROWSER) else nodeid.split("::")[0]


def pytest_xdist_make_scheduler(config, log):
    return Streams(config, log)


def pytest_collection_modifyitems(items):
    items.sort(key=lambda item: not item.nodeid.startswith(BROWSER))
