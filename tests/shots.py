"""`make shots`: every page as everybody who may see it, at 390 and 1440 px, light and dark, from the demo's data.

Writes var/shots/<viewer>/<page>-<width>-<theme>.jpg and var/shots/index.html, to be looked at with eyes. `tests.pages` finds
the pages. `make shots ARGS="calendar alice"` takes the pages whose name or viewer holds one of the words.
"""

import base64
import html
import itertools
import math
import multiprocessing
import os
import re
import shutil
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from tests import stack as stacks
from tests.e2e.walk import STILL, settle

OUT = stacks.ROOT / "var" / "shots"
WIDTHS = (1440, 390)
THEMES = ("light", "dark")
STILLNESS = {"name": "prefers-reduced-motion", "value": "reduce"}
HEIGHTS = {1440: 900, 390: 844}
BROWSERS = 2  # each is several processes: two keep two cores busy


@dataclass(frozen=True)
class Sight:
    """One page as one person: four pictures."""

    viewer: str
    name: str
    path: str
    host: str
    cookie: str
    sandboxed: bool

    def picture(self, width, theme):
        plain = re.sub(r"[^\w.=-]+", "-", self.name).strip("-")
        return f"{self.viewer}/{plain}-{width}-{theme}.jpg"


def sights(found, words=()):
    """What `tests.pages` found, as far as it was asked for, by person."""
    taken = [
        Sight(one["viewer"], one["name"], one["path"], _host(one["slug"]), one["cookie"], one["sandboxed"])
        for one in found["pages"]
        if not words or any(word in one["name"] or word == one["viewer"] for word in words)
    ]
    return sorted(taken, key=lambda sight: (sight.viewer, sight.host, sight.cookie))


def _host(slug):
    return f"{slug}.localhost" if slug else "localhost"


# --- pictures --------------------------------------------------------------------------------------------------------


def photograph(port, taken, out):
    """Share the pages out between browsers; returns what went wrong, in words."""
    for viewer in {sight.viewer for sight in taken}:
        (out / viewer).mkdir(parents=True, exist_ok=True)
    share = math.ceil(len(taken) / BROWSERS)  # side by side: each browser signs in as few people
    shares = [(port, taken[begin : begin + share], out) for begin in range(0, len(taken), share or 1)]
    with multiprocessing.get_context("spawn").Pool(BROWSERS) as pool:
        return list(itertools.chain.from_iterable(pool.starmap(_in_one_browser, shares)))


def _in_one_browser(port, share, out):
    from playwright.sync_api import sync_playwright

    failures = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=stacks.CHROMIUM, args=stacks.CHROMIUM_FLAGS)
        for (host, cookie), theirs in itertools.groupby(share, key=lambda sight: (sight.host, sight.cookie)):
            context = browser.new_context(reduced_motion="reduce", timezone_id="America/New_York")
            if cookie:
                context.add_cookies([{"name": "sessionid", "value": cookie, "domain": host, "path": "/"}])
            page = context.new_page()
            camera = context.new_cdp_session(page)
            for sight in theirs:
                failures += _four_pictures(page, camera, port, sight, out)
            context.close()
        browser.close()
    return failures


def _four_pictures(page, camera, port, sight, out):
    """One load for both widths and both themes, unless the page chooses by its width what to show."""
    from playwright.sync_api import Error

    try:
        for width, themes in zip(WIDTHS, (THEMES, THEMES[::-1]), strict=True):
            _resize(camera, width, HEIGHTS[width])
            if width == WIDTHS[0] or _chooses_by_width(page, sight):
                _load(page, port, sight)
            _roll_out(camera, width)
            for theme in themes:
                _take(camera, theme, out / sight.picture(width, theme))
    except Error as error:
        return [f"{sight.name} as {sight.viewer} ({sight.path}): {error.message.splitlines()[0]}"]
    return []


def _chooses_by_width(page, sight):
    return not sight.sandboxed and page.locator("[data-calendar]").count()


def _roll_out(camera, width):
    """Make the window as tall as its page: what sticks to an edge hides nothing, and a page is laid out once for its pictures."""
    height = camera.send("Page.getLayoutMetrics")["cssContentSize"]["height"]
    if height > HEIGHTS[width]:
        _resize(camera, width, height)


def _resize(camera, width, height):
    size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
    camera.send("Emulation.setDeviceMetricsOverride", size)


def _take(camera, theme, file):
    camera.send(
        "Emulation.setEmulatedMedia", {"features": [STILLNESS, {"name": "prefers-color-scheme", "value": theme}]}
    )
    picture = camera.send("Page.captureScreenshot", {"format": "jpeg", "quality": 60})
    file.write_bytes(base64.b64decode(picture["data"]))


def _load(page, port, sight):
    page.goto(f"http://{sight.host}:{port}{sight.path}", wait_until="load")
    if not sight.sandboxed:
        settle(page)
        page.evaluate(STILL)
        page.evaluate("document.fonts.ready.then(() => true)")


# --- the page to look at ---------------------------------------------------------------------------------------------

HEAD = """<!doctype html><meta charset="utf-8"><title>Every page</title>
<style>
body { font: 14px/1.4 system-ui, sans-serif; margin: 0 1rem 4rem; color: #222; background: #f6f6f6 }
form { position: sticky; top: 0; display: flex; flex-wrap: wrap; gap: .5rem 1rem; padding: .75rem 0; background: #f6f6f6 }
h2 { margin: 2rem 0 0 } h3 { margin: 1.5rem 0 .25rem; font-size: 1rem }
figure { display: inline-block; vertical-align: top; margin: 0 1rem 1rem 0 } figcaption { color: #555 }
a { display: inline-block; vertical-align: top; margin-inline-end: .25rem }
img { display: block; height: 15rem; object-fit: cover; object-position: top; border: 1px solid #bbb }
.w1440 img { width: 22rem } .w390 img { width: 7rem } [hidden] { display: none !important }
</style>
"""
SCRIPT = """<script>
const form = document.querySelector("form");
const choose = () => {
  const {viewer, words, width, theme} = Object.fromEntries(new FormData(form));
  document.querySelectorAll("figure a").forEach((one) => {
    one.hidden = (width && !one.classList.contains(`w${width}`)) || (theme && !one.classList.contains(theme));
  });
  document.querySelectorAll("figure").forEach((one) => {
    one.hidden = (viewer && one.dataset.viewer !== viewer) || !one.dataset.name.includes(words.trim());
  });
  for (const kind of ["article", "section"]) document.querySelectorAll(kind).forEach((one) => {
    one.hidden = !one.querySelector("figure:not([hidden])");
  });
};
form.addEventListener("input", choose);
form.addEventListener("submit", (event) => event.preventDefault());
choose();
</script>
"""


def write_index(taken, notes, out):
    """Every page by part of the product, beside each other as everybody sees it, to be narrowed by person and page."""
    ordered = sorted(taken, key=lambda sight: (_part(sight), sight.name))
    parts = [
        f"<section><h2>{html.escape(part)}</h2>{''.join(_article(*one) for one in _by_name(theirs))}</section>"
        for part, theirs in itertools.groupby(ordered, key=_part)
    ]
    told = "".join(f"<p>{html.escape(note)}</p>" for note in notes)
    text = HEAD + _choices(taken) + told + "".join(parts) + SCRIPT
    (out / "index.html").write_text(text, encoding="utf-8")


def _part(sight):
    return re.split(r"[:_\-]", sight.name, maxsplit=1)[0]


def _by_name(theirs):
    return [(name, list(same)) for name, same in itertools.groupby(theirs, key=lambda sight: sight.name)]


def _article(name, same):
    return f"<article><h3>{html.escape(name)}</h3>{''.join(map(_figure, same))}</article>"


def _figure(sight):
    links = "".join(
        f'<a class="w{width} {theme}" href="{html.escape(sight.picture(width, theme))}">'
        f'<img loading="lazy" src="{html.escape(sight.picture(width, theme))}" alt="{width} px, {theme}"></a>'
        for theme in THEMES
        for width in WIDTHS
    )
    facts = f'data-viewer="{html.escape(sight.viewer)}" data-name="{html.escape(sight.name)}"'
    return f"<figure {facts}>{links}<figcaption>{sight.viewer}: {html.escape(sight.path)}</figcaption></figure>"


def _choices(taken):
    viewers = "".join(f"<option>{viewer}</option>" for viewer in dict.fromkeys(sight.viewer for sight in taken))
    return (
        f'<form><label>As <select name="viewer"><option value="">everybody</option>{viewers}</select></label>'
        '<label>Page <input name="words" type="search"></label>'
        '<label>Width <select name="width"><option value="">both</option><option>390</option><option>1440</option>'
        '</select></label><label>Theme <select name="theme"><option value="">both</option><option>light</option>'
        "<option>dark</option></select></label></form>"
    )


# --- all of it -------------------------------------------------------------------------------------------------------


def take(*, port, found, words=(), out=OUT):
    """Photograph what was found on the product that answers at `port`; returns the pages and what went wrong."""
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    taken = sights(found, words)
    failures = found["broken"] + photograph(port, taken, out)
    unopened = [f"Nobody saw: {', '.join(found['unknown'])}"] if found["unknown"] else []
    write_index(taken, failures + unopened, out)
    return taken, failures


def main():
    began = time.perf_counter()
    port = stacks.free_port()
    env = {**os.environ, "LOG_LEVEL": "ERROR", "METRICS_PORT": "", "PORT": str(port)}
    with stacks.web(env, workers=2):
        found = stacks.every_page(env)
        sought = time.perf_counter() - began
        stacks.answering(port)
        taken, failures = take(port=port, found=found, words=sys.argv[1:])
    for failure in failures:
        print(f"✗ {failure}", file=sys.stderr)
    spent = time.perf_counter() - began
    names, viewers = {sight.name for sight in taken}, {sight.viewer for sight in taken}
    print(
        f"{len(names)} pages as {len(viewers)} people: {4 * len(taken)} pictures in {spent:.0f} s ({sought:.0f} s to find)."
    )
    print(f"Look at {(OUT / 'index.html').relative_to(Path.cwd())}.")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
