"""A site of somebody else on another port of this machine, to embed surveys in."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

PAGE = """<!doctype html><html lang="ja"><head><meta charset="utf-8"><title>店</title>{head}</head>
<body><h1>お店のページ</h1><label>検索 <input id="own"></label>{body}
<div style="height:3000px">長い文</div></body></html>"""


class Site:
    """Serves one HTML page at every path; `policy` is its own Content-Security-Policy."""

    def __init__(self, port: int) -> None:
        self.origin = f"http://127.0.0.1:{port}"
        self.head = self.body = self.policy = ""


@contextmanager
def site() -> Iterator[Site]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            content = PAGE.format(head=here.head, body=here.body).encode()
            self.send_response(404 if self.path == "/favicon.ico" else 200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            if here.policy:
                self.send_header("Content-Security-Policy", here.policy)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        here = Site(server.server_port)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield here
        server.shutdown()
