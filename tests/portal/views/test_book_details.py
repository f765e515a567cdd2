import datetime as dt

import pytest
from django.urls import reverse

from apps.accounts.models import AuditRecord
from apps.patients.models import Guardian, Guardianship, Patient
from apps.portal import booking
from apps.scheduling import actions
from tests.factories import ChildFactory, GuardianshipFactory, UserFactory

URL = "/book/details/"
CHILD = {
    "who": "child",
    "child_given_name": "Lena",
    "child_family_name": "Reyes",
    "child_birth_on": "2018-03-04",
    "relationship": "mother",
    "concerns": "Does not speak at school.",
}


@pytest.fixture
def visit(browser, people, choose):
    """Return a function: a browser of this person that has chosen a time."""

    def open_browser(user=None):
        client = browser(user)
        choose(client)
        return client

    return open_browser


@pytest.fixture
def newcomer(sunrise):
    """Signed up a moment ago: a login and a record with a name, nothing else."""
    user = UserFactory(given_name="Nadia", family_name="Newman", roles=["patient"])
    Patient.objects.create(user=user, given_name="Nadia", family_name="Newman", email=user.email)
    return user


def test_without_a_time_it_begins_at_the_beginning(browser, people, noon):
    for client in (browser(), browser(people.carol)):
        assert client.get(URL)["Location"] == reverse("portal:book")
        assert client.post(URL, {"who": "self"})["Location"] == reverse("portal:book")


def test_a_guest_is_asked_to_sign_in_or_up_and_comes_back(visit):
    page = visit().get(URL).content.decode()
    assert "/account/signup/?next=/book/details/" in page
    assert "/account/login/?next=/book/details/" in page
    assert "We keep this time for you until" in page


def test_a_guest_cannot_post(visit):
    assert visit().post(URL, {"who": "self"})["Location"] == URL


def test_who_is_known_is_asked_only_what_is_not(visit, people):
    form = visit(people.carol).get(URL).context["form"]
    assert form["who"].initial == "self"
    assert form.own_fields == []
    assert "birth_on" not in form.fields


def test_patient_for_themselves(visit, people):
    client = visit(people.carol)
    response = client.post(URL, {"who": "self", "concerns": "I stutter."})
    assert response["Location"] == reverse("portal:book-review")
    draft = client.session["booking"]
    assert (draft["patient"], draft["concerns"]) == (str(people.carol.patient.pk), "I stutter.")
    assert client.get(URL).context["form"]["concerns"].value() == "I stutter."


def test_newcomer_is_asked_for_birthday_and_phone(visit, newcomer):
    client = visit(newcomer)
    response = client.post(URL, {"who": "self", "concerns": "Typed"})
    assert response.status_code == 422
    assert set(response.context["form"].errors) == {"birth_on", "phone"}
    assert "Typed" in response.content.decode()
    client.post(URL, {"who": "self", "birth_on": "1990-01-02", "phone": "+1 212 555 0188"})
    record = Patient.objects.get(user=newcomer)
    assert (record.birth_on, record.phone) == (dt.date(1990, 1, 2), "+1 212 555 0188")
    assert AuditRecord.objects.about(record).filter(verb="changed", by=newcomer).count() == 2


def test_under_18_a_guardian_books(visit, newcomer):
    client = visit(newcomer)
    response = client.post(URL, {"who": "self", "birth_on": "2012-01-02", "phone": "+1 212 555 0188"})
    assert response.status_code == 422
    assert "booked by a parent or guardian" in response.content.decode()
    assert Patient.objects.get(user=newcomer).birth_on is None


def test_a_known_minor_is_told_at_once(visit, newcomer):
    Patient.objects.filter(user=newcomer).update(birth_on=dt.date(2012, 1, 2))
    client = visit(newcomer)
    page = client.get(URL).content.decode()
    assert "A parent or guardian books for you" in page
    assert 'name="who"' not in page
    assert client.post(URL, {"who": "self"}).status_code == 422
    assert client.post(URL, CHILD).status_code == 422


def test_guardian_picks_a_child(visit, people):
    client = visit(people.dana)
    mia = Patient.objects.get(given_name="Mia")
    form = client.get(URL).context["form"]
    assert form["who"].initial is None  # there are others: nobody is booked by oversight
    refused = client.post(URL, {"phone": "+1 212 555 0177", "concerns": "Typed"})
    assert refused.status_code == 422 and list(refused.context["form"].errors) == ["who"]
    assert "Who is the session for? Please choose who the session is for." in refused.text and "Typed" in refused.text
    client.post(URL, {"who": str(mia.pk), "phone": "+1 212 555 0177"})
    assert client.session["booking"]["patient"] == str(mia.pk)
    assert Guardian.objects.get(user=people.dana).phone == "+1 212 555 0177"


def test_guardian_who_is_treated_too_becomes_a_patient(visit, people):
    client = visit(people.dana)
    facts = {"who": "self", "birth_on": "1985-01-02", "phone": "+1 212 555 0177"}
    client.post(URL, facts)
    own = Patient.objects.get(user=people.dana)
    assert (own.full_name, own.phone, own.birth_on) == ("Dana Okafor", "+1 212 555 0177", dt.date(1985, 1, 2))
    assert client.session["booking"]["patient"] == str(own.pk)


def test_anybody_adds_a_child_on_the_way(visit, people):
    client = visit(people.carol)
    assert client.post(URL, CHILD)["Location"] == reverse("portal:book-review")
    lena = Patient.objects.get(given_name="Lena")
    link = Guardianship.objects.get(patient=lena)
    assert (link.guardian.user, link.relationship, link.may_book, link.is_told) == (people.carol, "mother", True, True)
    assert AuditRecord.objects.about(lena).get(verb="created").by == people.carol
    client.post(URL, CHILD)
    assert Patient.objects.filter(given_name="Lena").count() == 1


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("child_given_name", ""), ("child_birth_on", ""), ("child_birth_on", "2000-01-01"),
        ("child_birth_on", "2030-01-01"), ("child_birth_on", "0024-05-03"), ("relationship", "queen"),
        ("who", "nobody"), ("who", ""), ("concerns", "x" * 2001),
    ],
)  # fmt: skip
def test_what_is_wrong_stands_beside_its_field(visit, people, name, value):
    response = visit(people.carol).post(URL, {**CHILD, name: value})
    assert response.status_code == 422
    assert name in response.context["form"].errors
    assert not Patient.objects.filter(given_name="Lena").exists()


def test_what_is_not_asked_is_not_checked(visit, people):
    facts = {"who": "self", "child_birth_on": "nonsense", "relationship": "queen"}
    assert visit(people.carol).post(URL, facts).status_code == 302


def test_a_strangers_child_cannot_be_named(visit, people):
    stranger = ChildFactory()
    assert visit(people.carol).post(URL, {"who": str(stranger.pk)}).status_code == 422


def test_a_child_one_may_not_book_for_is_not_offered(visit, people):
    other = ChildFactory()
    guardian = Guardian.objects.get(user=people.dana)
    GuardianshipFactory(guardian=guardian, patient=other, may_book=False)
    response = visit(people.dana).post(URL, {"who": str(other.pk), "phone": "+1 212 555 0177"})
    assert response.status_code == 422


@pytest.mark.parametrize("who", ["oscar", "bob"])
def test_the_team_is_told_to_book_at_the_desk(browser, people, noon, who):
    client = browser(getattr(people, who))
    assert client.get(URL)["Location"] == client.post(URL, {"who": "self"})["Location"] == reverse("portal:book")


def test_an_expired_time_is_said_and_one_goes_on(visit, people, noon):
    client = visit(people.carol)
    noon.shift(dt.timedelta(minutes=11))
    page = client.get(URL).content.decode()
    assert "This time is no longer kept for you" in page
    assert client.post(URL, {"who": "self"}).status_code == 302


def test_a_therapist_who_left_in_the_meantime(visit, people, bob):
    client = visit(people.carol)
    booking.Hold.objects.all().delete()
    bob.status = "inactive"
    bob.save()
    assert client.get(URL)["Location"] == reverse("portal:book")


def test_the_same_number_of_queries_for_1_child_and_30(visit, people, django_assert_num_queries):
    client = visit(people.dana)
    client.get(URL)
    with django_assert_num_queries(11) as few:
        client.get(URL)
    guardian = Guardian.objects.get(user=people.dana)
    for _ in range(30):
        GuardianshipFactory(guardian=guardian, patient=ChildFactory())
    with django_assert_num_queries(len(few)):
        client.get(URL)


def test_what_was_written_outlives_the_login(browser, people, choose):
    client = browser(people.carol)
    choose(client)
    client.logout()
    answer = client.post(URL, {"who": "self", "concerns": "Does not speak at school."}, follow=True)
    assert "your note is kept" in answer.content.decode()
    client.force_login(people.carol)
    choose(client)
    assert client.get(URL).context["form"]["concerns"].value() == "Does not speak at school."


def test_what_a_child_needs_is_never_called_optional(visit, newcomer):
    """Sent for oneself with something missing, the page comes back, and one may choose a child on it."""
    answer = visit(newcomer).post(URL, {"who": "self"})
    fields = [answer.context["form"][name] for name in ("child_given_name", "child_birth_on", "birth_on")]
    assert answer.status_code == 422
    assert not any("(optional)" in field.as_field_group() for field in fields)
    assert not fields[0].errors


def test_a_guest_is_promised_the_time_only_while_it_is_kept(visit):
    client = visit()
    assert "your time stays kept" in client.get(URL).text
    actions.release_hold(token=client.session["booking"]["token"])
    page = client.get(URL).text
    assert "This time is no longer kept for you" in page
    assert "your time stays kept" not in page


@pytest.mark.parametrize("page", ["/account/signup/", "/account/login/", "/account/login/code/"])
def test_the_chosen_time_is_in_sight_while_one_signs_in_or_up(visit, browser, page):
    chosen = visit().get(page).text
    assert "with Bob Chen" in chosen
    assert "We keep this time for you until" in chosen
    assert "data-time-under-way" not in browser().get(page).text
