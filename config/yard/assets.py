"""Third-party files into static/vendor/ and the stylesheet into static/build/; both are git-ignored."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from config.yard import stamps
from config.yard.places import NODE_MODULES, ROOT, STATIC, VENV_BIN, Stop, say

VENDOR = STATIC / "vendor"
BUILD = STATIC / "build"
STYLE_INPUT = STATIC / "css" / "app.css"
STYLE_OUTPUT = BUILD / "app.css"

# Folder below static/vendor/: files of a package. Only what a page asks for.
FILES = {
    "basecoat": ("basecoat-css", "dist/js/*.min.js"),
    "event-calendar": ("@event-calendar/build", "dist/event-calendar.min.*s"),
    "inter": ("@fontsource-variable/inter", "files/inter-*-wght-normal.woff2"),
    "axe": ("axe-core", "axe.min.js"),
}
ONLY_FOR_TESTS = {"axe"}
SOURCE_MAP = re.compile(rb"\s*(//# sourceMappingURL=\S+|/\*# sourceMappingURL=.*?\*/)\s*$")


def vendor(key: str) -> None:
    """Copy the needed files of node_modules, once per state of package-lock.json (its `key`)."""
    stamp = stamps.Stamp(VENDOR / ".stamp")
    key = f"{key} {stamps.of_contents([Path(__file__)])}"
    if stamp.fresh(key):
        return
    stamp.forget()
    shutil.rmtree(VENDOR, ignore_errors=True)
    for folder, (package, pattern) in FILES.items():
        found = sorted((NODE_MODULES / package).glob(pattern))
        if not found and folder not in ONLY_FOR_TESTS:
            raise Stop(f"The npm package {package} has no {pattern}: run `make reset`, or look at package.json.")
        for file in found:
            _copy(file, VENDOR / folder / file.name)
    stamp.write(key)


def _copy(source: Path, target: Path) -> None:
    """Copy a file, less the mention of a source map that does not come along."""
    target.parent.mkdir(parents=True, exist_ok=True)
    content = source.read_bytes()
    target.write_bytes(SOURCE_MAP.sub(b"\n", content) if source.suffix in {".js", ".css"} else content)


def style(key: str) -> None:
    """Build static/build/app.css when a template, a Python file of an app, our css or js, or a package has changed."""
    if not STYLE_INPUT.exists():
        return
    stamp = stamps.Stamp(BUILD / ".stamp")
    key = stamps.of_listing(style_sources(), key)
    if stamp.fresh(key) and STYLE_OUTPUT.exists():
        return
    say("Building the stylesheet ...")
    BUILD.mkdir(parents=True, exist_ok=True)
    for left in BUILD.glob("app.*.css"):  # of a build that was killed
        left.unlink()
    half = BUILD / f"app.{os.getpid()}.css"
    command = [VENV_BIN / "tailwindcss", "--input", STYLE_INPUT, "--output", half, "--minify"]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if answer.returncode or not half.exists():
        half.unlink(missing_ok=True)
        raise Stop(f"Tailwind could not build {STYLE_INPUT.relative_to(ROOT)}:\n{answer.stderr.strip()}")
    half.replace(STYLE_OUTPUT)
    stamp.write(key)


def style_sources() -> Iterator[Path]:
    for folder, pattern in (("static/css", "*.css"), ("static/js", "*.js"), ("templates", "*.html")):
        yield from (ROOT / folder).rglob(pattern)
    for suffix in ("py", "html"):
        yield from (ROOT / "apps").rglob(f"*.{suffix}")
