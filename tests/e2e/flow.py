"""The pages of signing up and booking, as somebody walks them. Times are taken from the page: no test knows one before."""

import re

FREE = "label.slot:has(input:not([disabled]))"
GO_ON = ".actionbar [type=submit]"
LEFT = "[data-countdown-left]"
CODE = r"\b\d{4}-\d{4}\b"
NEW_PASSWORD = "quiet-river-42"


def sign_up(guest, address, letter_to):
    """Fill in the form of new patients, which is open, and prove the address with the code from the mail."""
    page = guest.page
    facts = {"given_name": "Nadia", "family_name": "Newman", "email": address, "password1": NEW_PASSWORD}
    for name, value in facts.items():
        page.fill(f"input[name={name}]", value)
    page.locator("main form:has(input[name=password1]) [type=submit]").click()
    page.wait_for_selector("input[name=code]")
    assert not guest.axe()
    page.fill("input[name=code]", re.search(CODE, letter_to(address)).group())
    page.locator("main form:has(input[name=code]) [type=submit]").first.click()


class Booking:
    """One person's way from a choice to a booked session. Works without JavaScript as well."""

    def __init__(self, person):
        self.person, self.page = person, person.page

    # --- what, with whom

    def choose(self, kind="Speech therapy", mode="Video"):
        """A kind of session and a way to meet. Where one therapist alone offers it, the times come next."""
        self.page.get_by_role("link", name=re.compile(rf"^{mode}\s*: {kind}$")).click()
        self.page.wait_for_url(re.compile(r"/book/t"))
        return self

    def choose_first_free(self):
        self.page.get_by_role("link", name="First free").click()
        self.page.wait_for_url(re.compile(r"/book/time/"))
        return self

    def start(self):
        """At Bob's times."""
        self.person.go("/book/")
        return self.choose()

    # --- when

    def to_day(self, number):
        """The n-th day of the strip that has free times, beside the one that is shown."""
        days = self.page.locator("ol.strip a.day:not([aria-current])")
        day = days.nth(min(number, days.count() - 1))
        key = day.get_attribute("id")
        day.click()
        self.page.wait_for_selector(f"#{key}[aria-current]")
        self.page.wait_for_load_state()
        return self

    def times(self):
        return [slot.get_attribute("value") for slot in self.page.locator(f"{FREE} input").all()]

    def choose_time(self, number=0, value=None):
        """Choose a free time of the day that is shown, and go on. Returns its value: moment and therapist."""
        value = value or self.times()[number]
        self.page.locator(f"label.slot:has(input[value='{value}'])").click()
        self.page.locator(GO_ON).click()
        return value

    def is_held(self):
        """Wait until the page says how long the time is kept; return until when."""
        box = self.page.locator("[data-expires-at]")
        box.wait_for()
        return box.get_attribute("data-expires-at")

    # --- for whom, and the end

    def tell(self, *, who="", concerns="", **values):
        if who:
            self.page.locator("label:has(input[name=who])", has_text=who).first.click()
        for name, value in {**values, "concerns": concerns}.items():
            if value:
                self.page.fill(f"[name={name}]", value)
        self.page.locator(GO_ON).click()
        self.page.wait_for_url(re.compile(r"/book/review/"))
        return self

    def confirm(self):
        self.page.locator(GO_ON).click()
        self.page.wait_for_url(re.compile(r"/book/done/"))
        self.page.get_by_role("heading", name="Your session is booked").wait_for()
        return self.page.url.rstrip("/").rsplit("/", 1)[-1]
