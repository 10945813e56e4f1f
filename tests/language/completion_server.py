"""A small server of completions: right, or wrong in the ways that servers are."""

from __future__ import annotations

import json
import math
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

KEY = "sk-very-secret"
TOP = {" she": math.log(0.6), " he": math.log(0.3), " it": math.log(0.1)}


def log_prob(token: str) -> float:
    """Return what the server says of a token, wherever it stands."""
    return -0.1 - 0.01 * sum(map(ord, token))


def tokens_of(text: str) -> list[str]:
    return re.findall(r"\s?\w{1,4}|\s?[^\w\s]|\s", text)


def answer(text: str, asked: dict[str, Any], fault: str) -> dict[str, Any]:
    """Return the log-probabilities of one completion."""
    if not asked["echo"]:
        top = {} if fault == "no top" else dict.fromkeys(TOP, 0.0) if fault == "top zeros" else TOP
        return {"tokens": [" she"], "token_logprobs": [TOP[" she"]], "top_logprobs": [top]}
    tokens = [*tokens_of(text), " she"]
    values: list[float | None] = [None, *map(log_prob, tokens[1:])]
    offsets = [sum(map(len, tokens[:row])) for row in range(len(tokens))]
    if fault == "begin":
        tokens, values = ["<s>", *tokens], [None, log_prob(tokens[0]), *values[1:]]
        offsets = [0, *offsets]
    elif fault == "bytes":
        tokens = [f"bytes:{token}" for token in tokens]
    elif fault in {"zeros", "top zeros", "no top"}:
        values = [None, *[0.0] * (len(tokens) - 1)]
    elif fault == "few":
        values = values[:-2]
    elif fault == "nulls":
        values = [None] * (len(tokens) - 1) + [-1.0]
    elif fault == "no echo":
        tokens, values, offsets = tokens[-1:], values[-1:], [0]
    elif fault == "positive":
        values = [None, *[1.0] * (len(tokens) - 1)]
    return {"tokens": tokens, "token_logprobs": values, "text_offset": offsets}


class Server(ThreadingHTTPServer):
    """Counts requests; the first `failures` of them get `status`."""

    fault = ""
    failures = 0
    status = 500
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.requests: list[Any] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/v1"


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        server = self.server
        server.requests.append(asked["prompt"])
        prompts = asked["prompt"] if isinstance(asked["prompt"], list) else [asked["prompt"]]
        if len(server.requests) <= server.failures:
            self.send(server.status, {"error": {"message": f"no, {self.headers['Authorization']}"}})
        elif asked["model"] != "tiny":
            self.send(404, {"error": {"message": "no such model"}})
        elif (server.fault == "no lists" and len(prompts) > 1) or (
            server.fault == "refuses" and asked["echo"]
        ):
            self.send(400, {"error": {"message": "not\nsupported"}})
        elif server.fault == "html":
            self.send(200, None)
        else:
            if server.fault == "slow":
                time.sleep(0.5)
            choices = [
                {"index": row, "text": "", "finish_reason": "length",
                 "logprobs": None if server.fault == "none" else answer(text, asked, server.fault)}
                for row, text in enumerate(prompts)
            ]  # fmt: skip
            if server.fault == "one choice":
                choices = choices[:1]
            self.send(200, {"id": "1", "object": "text_completion", "created": 0, "model": "tiny",
                            "choices": choices[::-1]})  # fmt: skip

    def send(self, status: int, content: Any) -> None:
        body = b"<html>hello" if content is None else json.dumps(content).encode()
        self.send_response(status)
        kind = "text/html" if content is None else "application/json"
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("retry-after-ms", "1")
        self.end_headers()
        try:
            self.wfile.write(body)
        except ConnectionError:
            return

    def log_message(self, *_: Any) -> None:
        return


@contextmanager
def serving(fault: str = "", failures: int = 0, status: int = 500) -> Iterator[Server]:
    """Run a server until the block ends."""
    server = Server()
    server.fault, server.failures, server.status = fault, failures, status
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
