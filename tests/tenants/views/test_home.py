from django.test import Client

from apps.tenants.models import Centre, Domain


def home():
    return Client(HTTP_HOST="localhost").get("/")


def test_home_says_what_it_is_and_leads_to_the_centres(db):
    page = home()
    assert page.status_code == 200
    assert b'href="http://sunrise.localhost:8000/"' in page.content
    assert b'href="/admin/"' in page.content


def test_home_lists_active_centres_only(db):
    Centre.objects.filter(slug="harbour").update(status=Centre.Status.TRIAL)
    ghost = Centre.objects.create(slug="ghost", name="Ghost", schema_name="c_ghost", status="active")
    Domain.objects.create(tenant=ghost, domain="ghost.localhost")
    assert [centre.slug for centre in home().context["centres"]] == ["sunrise"]


def test_home_without_a_centre_says_what_to_do(db):
    Centre.objects.update(status=Centre.Status.CLOSED)
    assert b"No centre is open yet" in home().content


def test_home_costs_the_same_for_many_centres(db, django_assert_max_num_queries):
    for number in range(20):
        centre = Centre.objects.create(
            slug=f"n{number}", name=f"N{number}", schema_name=f"c_n{number}", status="active"
        )
        Domain.objects.create(tenant=centre, domain=f"n{number}.localhost")
    with django_assert_max_num_queries(3):
        home()


def test_missing_page_has_a_404_in_the_products_look(db):
    page = Client(HTTP_HOST="localhost").get("/nothing/")
    assert page.status_code == 404
    assert b"There is nothing at this address" in page.content


def test_public_host_has_no_page_of_a_centre(db):
    for path in ("/account/login/", "/patients/", "/brand.css", "/logo"):
        assert Client(HTTP_HOST="localhost").get(path).status_code == 404
