"""A mail server that takes letters and writes down which, or fails on purpose: who is written to decides how.

    python -m tests.notifications.stand_in PORT_FILE LOG_FILE [--no-utf8] [--pause SECONDS]

`busy@` is told to come back later (451), `full@` after the letter (452), `nobody@` is unknown (550), `spam@` is refused
after the letter (554), `gone@` is hung up on before the letter is taken, `slow@` waits, `rude@` is taken and then hung
up on. Everybody else's letter is taken; its Message-ID becomes a line of the log.
"""

import argparse
import asyncio
import email
from pathlib import Path

from aiosmtpd.smtp import SMTP


class Faults:
    def __init__(self, log, pause):
        self.log, self.pause = log, pause

    async def handle_RCPT(self, server, session, envelope, address, options):
        match address.partition("@")[0]:
            case "busy":
                return "451 4.7.1 Come back later"
            case "nobody":
                return "550 5.1.1 Nobody of that name lives here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        match envelope.rcpt_tos[0].partition("@")[0]:
            case "full":
                return "452 4.2.2 The box is full"
            case "spam":
                return "554 5.6.0 Not that"
            case "gone":
                server.transport.abort()
                return "451 gone"
            case "slow":
                await asyncio.sleep(3)
        await asyncio.sleep(self.pause)
        self.take(envelope)
        if envelope.rcpt_tos[0].startswith("rude@"):
            asyncio.get_running_loop().call_soon(server.transport.close)
        return "250 taken"

    def take(self, envelope):
        letter = email.message_from_bytes(envelope.content)
        with self.log.open("a") as log:
            log.write(f"{letter['Message-ID']} {envelope.rcpt_tos[0]}\n")


async def serve(port_file, log, *, utf8, pause):
    loop = asyncio.get_running_loop()
    handler = Faults(log, pause)
    server = await loop.create_server(lambda: SMTP(handler, enable_SMTPUTF8=utf8, loop=loop), "127.0.0.1", 0)
    port_file.write_text(str(server.sockets[0].getsockname()[1]))
    await server.serve_forever()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("port_file", type=Path)
    parser.add_argument("log", type=Path)
    parser.add_argument("--no-utf8", action="store_true")
    parser.add_argument("--pause", type=float, default=0)
    given = parser.parse_args()
    asyncio.run(serve(given.port_file, given.log, utf8=not given.no_utf8, pause=given.pause))
