"""Clients over HTTP, in a process of their own that knows nothing of Django."""

import http.client
import time
from concurrent.futures import ThreadPoolExecutor

CLIENTS = 16
SECONDS = 5


def client(port, host, path, cookie, queue):
    """One process of eight clients on kept connections."""

    def one(_):
        link = http.client.HTTPConnection("127.0.0.1", port)
        spent, until = [], time.perf_counter() + SECONDS
        while time.perf_counter() < until:
            began = time.perf_counter()
            link.request("GET", path, headers={"Host": host, "Cookie": f"sessionid={cookie}"})
            link.getresponse().read()
            spent.append(1000 * (time.perf_counter() - began))
        return spent

    with ThreadPoolExecutor(CLIENTS // 2) as pool:
        queue.put([ms for spent in pool.map(one, range(CLIENTS // 2)) for ms in spent])
