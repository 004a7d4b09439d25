"""A mail server on loopback that remembers what it took, for proofs and nothing else."""

import contextlib
import email
import socketserver
import threading
import time
from collections.abc import Iterator
from email import policy

# Long enough that a kill often lies between "taken" and "recorded as sent".
_PAUSE = 0.002


class Post:
    """`taken` are (recipient, Message-ID) of each mail that was acknowledged, or nearly was."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, str]] = []
        self.lock = threading.Lock()
        self.port = 0

    def take(self, recipient: str, content: bytes) -> None:
        message = email.message_from_bytes(content, policy=policy.default)
        with self.lock:
            self.taken.append((recipient, str(message["Message-ID"])))

    def count(self) -> int:
        with self.lock:
            return len(self.taken)


class _Talk(socketserver.StreamRequestHandler):
    """As much of RFC 5321 as smtplib needs."""

    def handle(self) -> None:
        post: Post = self.server.post  # type: ignore[attr-defined]
        recipient = ""
        self._say("220 loopback")
        for line in self.rfile:
            verb, _space, rest = line.decode("ascii", "replace").strip().partition(" ")
            match verb.upper():
                case "EHLO" | "HELO":
                    self._say("250 loopback")
                case "RCPT":
                    recipient = rest.partition("<")[2].partition(">")[0]
                    # The last thing a mailbox that is gone has to say.
                    gone = recipient.startswith("gone")
                    self._say("550 5.1.1 no such user" if gone else "250 ok")
                case "DATA":
                    self._say("354 go on")
                    content = self._data()
                    if content is None:
                        # A mail without its end is no mail: RFC 5321, 4.1.1.4.
                        return
                    post.take(recipient, content)
                    time.sleep(_PAUSE)
                    self._say("250 taken")
                case "QUIT":
                    self._say("221 bye")
                    return
                case _:
                    self._say("250 ok")

    def _data(self) -> bytes | None:
        """What was sent, up to its end; None when the sender hung up before."""
        lines = []
        for line in self.rfile:
            if line == b".\r\n":
                return b"".join(lines)
            lines.append(line[1:] if line.startswith(b"..") else line)
        return None

    def _say(self, words: str) -> None:
        self.wfile.write(words.encode() + b"\r\n")


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True

    def handle_error(self, request: object, client_address: object) -> None:
        """A worker that was killed hangs up in the middle of a word."""


@contextlib.contextmanager
def post_office() -> Iterator[Post]:
    """A mail server on a free port."""
    post = Post()
    with _Server(("127.0.0.1", 0), _Talk) as server:
        server.post = post  # type: ignore[attr-defined]
        post.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield post
        finally:
            server.shutdown()
            thread.join()
