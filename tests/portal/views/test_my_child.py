import pytest
from django.urls import reverse

from apps.accounts.models import AuditRecord
from apps.patients.models import Guardianship, Patient
from tests.factories import ChildFactory

NEW = "/my/children/new/"
FACTS = {
    "given_name": "Ben",
    "family_name": "Okafor",
    "birth_on": "2018-05-06",
    "gender": "male",
    "relationship": "mother",
    "is_told": "on",
}


@pytest.fixture
def mia(people):
    return Patient.objects.get(given_name="Mia")


@pytest.fixture
def url(mia):
    return reverse("portal:my-child-update", args=[mia.pk])


def test_a_child_is_entered(browser, people):
    assert browser(people.dana).post(NEW, FACTS)["Location"] == "/my/details/"
    ben = Patient.objects.get(given_name="Ben")
    link = Guardianship.objects.get(patient=ben)
    assert (link.guardian.user, link.may_book, link.pays, link.is_told) == (people.dana, True, True, True)
    assert ben in Patient.objects.bookable_by(people.dana)
    assert AuditRecord.objects.about(ben).get().verb == "created"


def test_the_same_child_twice_is_one_record(browser, people):
    browser(people.dana).post(NEW, FACTS)
    browser(people.dana).post(NEW, FACTS)
    assert Patient.objects.filter(given_name="Ben").count() == 1


def test_a_year_typed_wrong_is_no_age(browser, people):
    response = browser(people.dana).post(NEW, {**FACTS, "birth_on": "0018-05-06"})
    assert response.context["form"].errors["birth_on"] == ["Please check the year."]


@pytest.mark.parametrize(
    ("name", "value"),
    [("birth_on", ""), ("birth_on", "1990-01-01"), ("birth_on", "2999-01-01"), ("given_name", ""), ("gender", "x")],
)
def test_what_is_wrong_is_said_and_kept(browser, people, name, value):
    response = browser(people.dana).post(NEW, {**FACTS, "family_name": "Typed", name: value})
    assert response.status_code == 422
    assert name in response.context["form"].errors
    assert "Typed" in response.content.decode()


def test_a_minor_enters_nobody(browser, people):
    Patient.objects.filter(user=people.carol).update(birth_on="2012-01-01")
    assert browser(people.carol).get(NEW)["Location"] == "/my/details/"
    browser(people.carol).post(NEW, FACTS)
    assert not Patient.objects.filter(given_name="Ben").exists()


def test_changing_a_child_and_ones_own_part(browser, people, mia, url):
    facts = {"given_name": "Mia", "family_name": "Okafor-Lee", "gender": "female", "relationship": "guardian"}
    assert browser(people.dana).post(url, facts)["Location"] == "/my/details/"
    mia.refresh_from_db()
    link = Guardianship.objects.get(patient=mia)
    assert (mia.family_name, str(mia.birth_on)) == ("Okafor-Lee", "2017-05-20")
    assert (link.relationship, link.is_told, link.pays) == ("guardian", False, True)
    assert AuditRecord.objects.about(mia).get(verb="changed").changes["family_name"] == ["Okafor", "Okafor-Lee"]


def test_whoever_does_not_book_changes_only_their_own_part(browser, people, mia, url):
    Guardianship.objects.filter(patient=mia).update(may_book=False)
    assert "Whoever books for this child" in browser(people.dana).get(url).content.decode()
    facts = {"given_name": "Eve", "family_name": "Mallory", "gender": "male", "relationship": "guardian"}
    assert browser(people.dana).post(url, facts)["Location"] == "/my/details/"
    mia.refresh_from_db()
    assert (mia.given_name, mia.family_name) == ("Mia", "Okafor")
    assert Guardianship.objects.get(patient=mia).relationship == "guardian"


def test_opening_a_childs_record_leaves_a_trace(browser, people, mia, url):
    assert "Who acts for this child" in browser(people.dana).get(url).content.decode()
    assert AuditRecord.objects.about(mia).get().verb == "read"


def test_in_a_dialog(browser, people, url):
    client = browser(people.dana, htmx=True)
    assert client.get(NEW).content.decode().strip().startswith("<form")
    assert client.get(url).content.decode().strip().startswith("<form")
    assert client.post(NEW, FACTS)["HX-Redirect"] == "/my/details/"


def test_another_ones_child_is_404(browser, people, url):
    assert browser(people.carol).get(url).status_code == 404
    assert browser(people.carol).post(url, FACTS).status_code == 404
    stranger = reverse("portal:my-child-update", args=[ChildFactory().pk])
    assert browser(people.dana).get(stranger).status_code == 404


@pytest.mark.parametrize("who", ["alice", "bob", "oscar"])
def test_the_team_has_other_pages(browser, people, url, who):
    assert browser(getattr(people, who)).get(url).status_code == 403
    assert browser(getattr(people, who)).get(NEW).status_code == 403


def test_wrong_method(browser, people, url):
    assert browser(people.dana).delete(url).status_code == 405


def test_children_belong_to_ones_details(browser, people, url):
    for address in (NEW, url):
        here = [item["url"] for item in browser(people.dana).get(address).context["public_nav"] if item["current"]]
        assert here == ["/my/details/"]
