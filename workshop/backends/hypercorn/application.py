# An application behind hypercorn with its defaults, HTTP/2 in the clear among them, that shows each request as it arrived and echoes
# WebSocket messages. Arguments: the folder of the packages, and the port on 127.0.0.1.
import sys

folder, port = sys.argv[1:]
sys.path.insert(0, folder)

import asyncio
import json

from hypercorn.asyncio import serve
from hypercorn.config import Config


async def application(scope, receive, send):
    if scope["type"] == "websocket":
        await echo(receive, send)
    elif scope["type"] == "http":
        await show(scope, send)


async def show(scope, send):
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    seen = {"http": scope["http_version"], "method": scope["method"], "url": scope["path"], "headers": headers}
    body = json.dumps(seen).encode()
    fields = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": fields})
    await send({"type": "http.response.body", "body": body})


async def echo(receive, send):
    while True:
        event = await receive()
        if event["type"] == "websocket.connect":
            await send({"type": "websocket.accept"})
        elif event["type"] == "websocket.receive":
            await send({"type": "websocket.send", "text": event["text"]})
        else:
            return


config = Config()
config.bind = [f"127.0.0.1:{port}"]
asyncio.run(serve(application, config))
