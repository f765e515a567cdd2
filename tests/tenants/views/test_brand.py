def test_brand_is_a_style_sheet_of_the_centres_colour(browser):
    response = browser().get("/brand.css")
    assert response.status_code == 200
    assert response["Content-Type"].startswith("text/css")
    assert b"--primary:#00695f" in response.content
    assert "max-age=3600" in response["Cache-Control"]


def test_brand_is_not_sent_twice(browser):
    first = browser().get("/brand.css")
    again = browser().get("/brand.css", headers={"if-none-match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_brand_asks_the_database_nothing(browser, django_assert_num_queries):
    browser().get("/brand.css")
    with django_assert_num_queries(0):
        browser().get("/brand.css")


def test_brand_refuses_other_methods(browser):
    assert browser().post("/brand.css").status_code == 405
