"""Worker and beat of the Procfile, started again when they die.

Honcho stops everything as soon as one process ends. But people book without a worker (its messages wait in their rows),
so the death of one must not take the site along. In production the service manager does the same.
"""

import os
import signal
import time
from collections.abc import Sequence

from config.yard import children
from config.yard.places import Stop, say

REST = 1.0  # seconds before a new start
FAREWELL = 4.0  # seconds for the work in hand; honcho itself waits five


def main(command: Sequence[str]) -> int:
    """Run the command, and again whenever it ends, until we are told to stop: then it ends with us."""
    if not command:
        raise Stop("Say what to keep running: python3 config/yard keep COMMAND ...")
    while True:
        process = children.start(command, env=os.environ)
        try:
            code = process.wait()
        finally:
            with children.uninterrupted():
                children.stop(process, (signal.SIGTERM, FAREWELL))
        say(f"{command[0]} ended ({code}) and is started again.")
        time.sleep(REST)
