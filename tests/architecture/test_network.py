import socket

import pytest
import pytest_socket


def test_the_network_is_blocked():
    blocked = (pytest_socket.SocketConnectBlockedError, UserWarning)  # it warns first, and warnings are errors
    with pytest.raises(blocked, match=r"192\.0\.2\.1"):
        socket.create_connection(("192.0.2.1", 80), timeout=0.2)
