"""Clients over HTTP, in a process of their own that knows nothing of Django."""

import http.client
import threading
import time
from concurrent.futures import ThreadPoolExecutor

CLIENTS = 16
SECONDS = 5


WARM_UP = 3  # a worker's first pages compile their templates: that is not what is asked here


def client(port, host, path, cookie, queue):
    """One process of eight clients on kept connections, who begin together once the pages are warm."""
    ready = threading.Barrier(CLIENTS // 2)

    def one(_):
        link = http.client.HTTPConnection("127.0.0.1", port)

        def ask():
            began = time.perf_counter()
            try:
                link.request("GET", path, headers={"Host": host, "Cookie": f"sessionid={cookie}"})
                link.getresponse().read()
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
        queue.put([ms for spent in pool.map(one, range(CLIENTS // 2)) for ms in spent])
