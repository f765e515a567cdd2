"""Libraries that pip cannot bring: installed by apt where we may, named in one line where we may not."""

import ctypes
import os
import shutil
import subprocess
import sys
from contextlib import suppress

from config.yard.places import Stop, say

PANGO = {
    "libpango-1.0.so.0": "libpango-1.0-0",
    "libpangoft2-1.0.so.0": "libpangoft2-1.0-0",
    "libharfbuzz-subset.so.0": "libharfbuzz-subset0",
}
SHELL = "chromium-headless-shell"
BROWSERS = (SHELL, "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def ensure_pango() -> None:
    """Look for what PDF pages will be drawn with; its absence stops nothing else."""
    lacking = [package for library, package in PANGO.items() if not _loads(library)]
    if lacking and not _install(lacking):
        say(f"PDF documents need Pango. Please install it: {_by_hand(lacking)}")


def browser() -> str | None:
    """Where the Chromium of the browser tests is: the one that never had a window first, it takes a third less time."""
    return next((path for name in BROWSERS if (path := shutil.which(name))), None)


def ensure_browser() -> None:
    """Look for a Chromium; the one without windows is brought where apt has it, whatever other is there."""
    wanted = SHELL if _is_offered(SHELL) else "chromium"
    if not shutil.which(wanted):
        _install([wanted])
    if not browser():
        raise Stop(f"The browser tests need Chromium. Please install it: {_by_hand([wanted])}")


def _is_offered(package: str) -> bool:
    """Whether apt knows the package: Debian has it, others do not."""
    known = ["apt-cache", "show", package]
    return bool(shutil.which("apt-cache")) and subprocess.run(known, capture_output=True).returncode == 0


def ensure_venv_module() -> None:
    """Look for the part of Python that Debian packs apart."""
    if _has_ensurepip():
        return
    package = f"python3.{sys.version_info.minor}-venv"
    if not (_install([package]) or _install(["python3-venv"])):
        raise Stop(f"Python cannot make a virtual environment here. Please install it: {_by_hand([package])}")


def _has_ensurepip() -> bool:
    return subprocess.run([sys.executable, "-c", "import ensurepip, venv"], capture_output=True).returncode == 0


def _loads(library: str) -> bool:
    with suppress(OSError):
        ctypes.CDLL(library)
        return True
    return sys.platform != "linux"


def _install(packages: list[str]) -> bool:
    """Install by apt as root or by sudo without a password; a failure is the caller's to tell."""
    before = _rights()
    if before is None or not shutil.which("apt-get"):
        return False
    say(f"Installing {', '.join(packages)} by apt ...")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    install = [*before, "apt-get", "install", "--yes", "--no-install-recommends", *packages]
    for command in (install, [*before, "apt-get", "update"], install):
        done = subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, capture_output=True).returncode == 0
        if done and command is install:
            return True
    return False


def _rights() -> list[str] | None:
    """Return what to write before a command to run it as root, or None when we may not."""
    if os.geteuid() == 0:
        return []
    sudo = ["sudo", "--non-interactive"]
    if shutil.which("sudo") and subprocess.run([*sudo, "true"], capture_output=True).returncode == 0:
        return sudo
    return None


def _by_hand(packages: list[str]) -> str:
    return f"sudo apt-get install {' '.join(packages)}"
