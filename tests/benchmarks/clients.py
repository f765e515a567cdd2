"""Clients over HTTP, in a process of their own that knows nothing of Django."""

import http.client
import threading
import time
from concurrent.futures import ThreadPoolExecutor

CLIENTS = 16
SECONDS = 5


WARM_UP = 3  # a worker's first pages compile their templates: that is not what is asked here


def client(port, host, path, cookie, wanted, queue):
    """One process of eight clients on kept connections, who begin together once the pages are warm.

    Puts down the milliseconds of each answer, and every status that was not the one wanted.
    """
    ready, other = threading.Barrier(CLIENTS // 2), []

    def one(_):
        link = http.client.HTTPConnection("127.0.0.1", port)

        def ask():
            began = time.perf_counter()
            try:
                link.request("GET", path, headers={"Host": host, "Cookie": f"sessionid={cookie}"})
                answer = link.getresponse()
                answer.read()
                if answer.status != wanted:
                    other.append(answer.status)
            except (http.client.RemoteDisconnected, BrokenPipeError):  # the server lets go of a link that rested
                link.close()
                return ask()
            return 1000 * (time.perf_counter() - began)

        for _ in range(WARM_UP):
            ask()
        ready.wait()
        spent, until = [], time.perf_counter() + SECONDS
        while time.perf_counter() < until:
            spent.append(ask())
        return spent

    with ThreadPoolExecutor(CLIENTS // 2) as pool:
        spent = [ms for spent in pool.map(one, range(CLIENTS // 2)) for ms in spent]
    queue.put((spent, other))
