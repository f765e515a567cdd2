"""The least that a web process can answer: the floor of every page over HTTP."""

ANSWER = b"ok"


def application(_environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(ANSWER)))])
    return [ANSWER]
