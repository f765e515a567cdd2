"""Every page as everybody who may see it: accessible, as wide as its window, quiet, light, and still as it loads."""

import pytest

from tests import stack as stacks
from tests.e2e import walk
from tests.pages import shapes

pytestmark = pytest.mark.e2e
VIEWERS = ("nobody", "alice", "oscar", "erin", "bob", "carol", "dana", "root")
MOST_KILOBYTES = 150
MOST_SHIFT = 0.05
SOME_OF_EACH = {  # a walk that opens fewer pages has lost its way
    "nobody": {"portal:public-home", "portal:book-time", "portal:book-details", "account_signup", "404", "public:home"},
    "alice": {"portal:dashboard", "accounts:role-matrix", "portal:centre-settings", "mfa_activate_totp"},
    "oscar": {"portal:calendar?view=month", "portal:desk-booking", "patients:patient-create", "portal:session-move"},
    "erin": {"portal:dashboard", "sessions:session-list"},
    "bob": {"portal:today", "scheduling:my-hours", "portal:patient-record", "403"},
    "carol": {"portal:my-sessions", "portal:book-review"},
    "dana": {"portal:my-child-update", "portal:book-review"},
    "root": {"admin:index", "admin-tenants-centre-change"},
}


@pytest.fixture(scope="module")
def found(stack):
    return stacks.every_page(stack.env)


@pytest.fixture(scope="module")
def visits(stack, found):
    return walk.visits(stack, found["pages"])


def faults(visits, viewer, kind):
    """What was found, a line each."""
    lines = [(visit, line) for visit in visits if visit.viewer == viewer for line in getattr(visit, kind)]
    return [f"{visit}: {line}" for visit, line in lines]


def test_every_page_is_judged(visits, found):
    judged = {visit.name for visit in visits if visit.is_judged}
    assert judged == {page["name"] for page in found["pages"] if not page["sandboxed"]}


def test_walk_breaks_nothing(found):
    assert not found["broken"]


@pytest.mark.parametrize("viewer", VIEWERS)
def test_walk_opens_the_pages_of(visits, viewer):
    assert not SOME_OF_EACH[viewer] - {visit.name for visit in visits if visit.viewer == viewer}


@pytest.mark.parametrize("viewer", VIEWERS)
def test_pages_have_no_axe_violation_for(visits, viewer):
    assert not faults(visits, viewer, "axe")


@pytest.mark.parametrize("viewer", VIEWERS)
def test_pages_keep_contrast_in_the_dark_for(visits, viewer):
    assert not faults(visits, viewer, "dark")


@pytest.mark.parametrize("viewer", VIEWERS)
def test_pages_fit_their_window_for(visits, viewer):
    """At 390 px, public and patients' pages at 320 px too; at 1440 px once for all who see the same markup."""
    assert not faults(visits, viewer, "wide")


@pytest.mark.parametrize("viewer", VIEWERS)
def test_pages_say_their_title_once_to(visits, viewer):
    assert not faults(visits, viewer, "twice")


@pytest.mark.parametrize("viewer", VIEWERS)
def test_pages_complain_of_nothing_for(visits, viewer):
    """No error in the console: neither the content security policy nor a script."""
    assert not faults(visits, viewer, "complaints")


def test_pages_are_light(visits):
    known = {}
    weights = {str(visit): sum(walk.weigh(url, known) for url in set(visit.assets)) for visit in visits}
    assert min(weights.values()) > 0
    assert not {name: round(weight) for name, weight in weights.items() if weight > MOST_KILOBYTES}


def test_pages_do_not_jump(visits):
    assert not [f"{visit}: {visit.shift:.3f}" for visit in visits if visit.shift > MOST_SHIFT]


def test_pages_that_differ_in_words_alone_are_judged_once():
    page = '<nav>Anna</nav><main><a href="/people/1/" class="link">Mia, 7</a>{}</main>'
    words = page.replace("Anna", "Bob").replace("Mia, 7", "Leo, 12").replace("/1/", "/2/")
    assert shapes(page.format("")) == shapes(words.format(""))
    inner, outer = shapes(page.format("<b>new</b>"))
    assert inner != shapes(page.format(""))[0]
    assert outer == shapes(page.format(""))[1]
    assert shapes(page.format("").replace("link", "btn"))[0] != shapes(page.format(""))[0]
