"""Open every page as everybody who may see it, in two browsers at once, and write down what is wrong with each."""

import gzip
import itertools
import math
import multiprocessing
import urllib.parse
import urllib.request
from dataclasses import dataclass, field

from tests import stack as stacks

AXE = "/static/vendor/axe/axe.min.js"  # from the product: the browser keeps it, where each page would be handed half a megabyte
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
PHONE = {"width": 390, "height": 844}
SMALLEST = {"width": 320, "height": 700}
DESKTOP = {"width": 1440, "height": 900}
ZONE = "America/New_York"
WATCH = """
window.__shift = 0;
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.__shift += entry.value;
}).observe({type: "layout-shift", buffered: true});
"""
STILL = """() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync("*, ::before, ::after { transition: none !important; animation: none !important }");
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
}"""  # colours under way are no colours
RUN_AXE = """async ({rules, only}) => {
  const what = only ? {type: "rule", values: only} : {type: "tag", values: rules};
  const found = await axe.run(document, {runOnly: what, resultTypes: ["violations"], preload: false});
  const places = (rule) => rule.nodes.slice(0, 3).map((node) => node.target.join(" ")).join(", ");
  return found.violations.map((rule) => `${rule.id}: ${rule.help} (${places(rule)})`);
}"""
ASSETS = """() => performance.getEntriesByType("resource")
  .map((one) => one.name.split("?")[0]).filter((name) => /[.](css|js)$/.test(name))"""
TWICE = """() => {
  const said = [...document.querySelectorAll("h1, h2")].filter((one) => one.checkVisibility()).map((one) => one.innerText.trim());
  return said.filter((words, place) => said[0] === words && place);
}"""
BY_SCRIPT = ".calendar-place .ec-body, .calendar-place .ec-main"  # drawn after the page has loaded


@dataclass
class Visit:
    """One page as one person: what was found."""

    viewer: str
    name: str
    path: str
    is_judged: bool = False
    axe: list[str] = field(default_factory=list)
    dark: list[str] = field(default_factory=list)
    wide: list[str] = field(default_factory=list)
    twice: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    assets: list[str] = field(default_factory=list)
    shift: float = 0.0

    def __str__(self):
        return f"{self.name} as {self.viewer} ({self.path})"


def visits(stack, found, processes=2):
    """Share the pages out between processes; returns a Visit for each.

    Everybody's page is loaded and measured on a phone. What is marked up alike for several people is judged once, and each
    page is seen in dark once.
    """
    names, shapes = set(), set()
    found = [one for one in found if not one["sandboxed"]]
    for one in found:
        one["dark"] = one["name"] not in names
        one["judged"] = one["dark"] or not shapes.issuperset(one["shapes"])
        names.add(one["name"])
        shapes.update(one["shapes"])
    context = multiprocessing.get_context("spawn")
    share = math.ceil(len(found) / processes)
    shares = [found[begin : begin + share] for begin in range(0, len(found), share)]
    with context.Pool(processes) as pool:
        done = pool.starmap(walk, [(stack.port, share) for share in shares])
    return list(itertools.chain.from_iterable(done))


def walk(port, share):
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=stacks.CHROMIUM, args=stacks.CHROMIUM_FLAGS)
        done = []
        for _viewer, theirs in itertools.groupby(share, key=lambda one: (one["viewer"], one["slug"])):
            done += with_one_cookie(browser, port, list(theirs))
        browser.close()
    return done


def with_one_cookie(browser, port, theirs):
    slug, cookie = theirs[0]["slug"], theirs[0]["cookie"]
    host = f"{slug}.localhost" if slug else "localhost"
    context = browser.new_context(viewport=PHONE, reduced_motion="reduce", timezone_id=ZONE)
    context.add_init_script(WATCH)
    if cookie:
        context.add_cookies([{"name": "sessionid", "value": cookie, "domain": host, "path": "/"}])
    page = context.new_page()
    done = [look(page, f"http://{host}:{port}", one) for one in theirs]
    context.close()
    return done


def look(page, site, one):
    """A phone first (does it fit, does it jump?), then a desk: axe in light, contrast once more in dark."""
    visit = Visit(one["viewer"], one["name"], one["path"], is_judged=one["judged"])

    def listen(message):
        if message.type == "error" and "Failed to load resource" not in message.text:
            visit.complaints.append(message.text)

    def fail(error):
        visit.complaints.append(str(error))

    page.on("console", listen)
    page.on("pageerror", fail)
    try:
        _phone(page, site + one["path"], visit, is_staff="[data-sidebar]")
        if one["judged"]:
            _desk(page, site + one["path"], visit, dark=one["dark"])
    finally:
        page.remove_listener("console", listen)
        page.remove_listener("pageerror", fail)
    return visit


def _phone(page, url, visit, is_staff):
    page.set_viewport_size(PHONE)
    page.goto(url, wait_until="load")
    settle(page)
    visit.shift = page.evaluate("window.__shift")
    visit.assets = page.evaluate(ASSETS)
    visit.twice = page.evaluate(TWICE)
    widths = [PHONE] if page.locator(is_staff).count() else [PHONE, SMALLEST]
    for size in widths:
        page.set_viewport_size(size)
        if overflows(page):
            visit.wide.append(f"{size['width']} px: {culprits(page)}")


def _desk(page, url, visit, dark):
    page.set_viewport_size(DESKTOP)
    if page.locator("[data-calendar]").count():  # it chooses its view as it begins
        page.goto(url, wait_until="load")
        settle(page)
    if overflows(page):
        visit.wide.append(f"1440 px: {culprits(page)}")
    page.add_script_tag(url=AXE)
    visit.axe = axe(page)
    if dark:
        page.evaluate(STILL)
        page.evaluate("document.documentElement.classList.add('dark')")
        visit.dark = axe(page, only=["color-contrast"])


def settle(page):
    if page.locator("[data-calendar]").count():
        page.wait_for_selector(BY_SCRIPT, state="attached")
        page.wait_for_selector("[data-calendar]:not([aria-busy])")


def axe(page, only=None):
    return page.evaluate(RUN_AXE, {"rules": RULES, "only": only})


def overflows(page):
    return page.evaluate("document.documentElement.scrollWidth > window.innerWidth + 1")


def culprits(page):
    return page.evaluate(
        """() => [...document.querySelectorAll("body *")]
          .filter((one) => one.getBoundingClientRect().right > window.innerWidth + 1)
          .slice(-3).map((one) => one.tagName.toLowerCase() + "." + one.className).join(", ")"""
    )


def weigh(url, known):
    """Kilobytes of one css or js file as a compressing server sends it."""
    if url not in known:
        parts = urllib.parse.urlsplit(url)
        asked = urllib.request.Request(f"http://127.0.0.1:{parts.port}{parts.path}", headers={"Host": parts.netloc})
        with urllib.request.urlopen(asked) as answer:
            known[url] = len(gzip.compress(answer.read(), 6)) / 1000
    return known[url]
