# A program that keeps a calendar by CalDAV with Basic credentials, as telephones and mail programs do: by the caldav package, and by
# bytes of its own where that package does not do what others do. Arguments: the folder of the packages, the URL, the file of the
# authority, user, password, a name for its calendar, and for how many seconds. Writes a JSON line for each round of
# each step: {"step", "error"}, with null where nothing went wrong.
import sys

packages, url, authority, user, password, name, seconds = sys.argv[1:]
sys.path.insert(0, packages)

import base64
import json
import select
import socket
import ssl
import time
from datetime import datetime, timedelta
from urllib.parse import urlsplit

# The site's names are this machine.
resolve = socket.getaddrinfo
socket.getaddrinfo = lambda host, *args, **more: resolve("127.0.0.1", *args, **more)

import caldav

target = urlsplit(url)
credentials = base64.b64encode(f"{user}:{password}".encode()).decode()
own = f"/{user}/{name}/"


def exchange(method, path, headers=(), body=b"", authorization=f"Basic {credentials}", expect=False):
    """A request on a connection of its own: the status, the header lines and the body of the answer."""
    context = ssl.create_default_context(cafile=authority)
    with socket.create_connection((target.hostname, target.port), timeout=30) as plain:
        with context.wrap_socket(plain, server_hostname=target.hostname) as connection:
            lines = [f"{method} {path} HTTP/1.1", f"Host: {target.netloc}", "Connection: close"]
            lines += [f"Authorization: {authorization}"] if authorization else []
            lines += [f"Content-Length: {len(body)}"] if body else []
            lines += ["Expect: 100-continue"] if expect else []
            connection.sendall("\r\n".join([*lines, *headers, "", ""]).encode())
            received = b""
            if expect:
                interim(connection)
            connection.sendall(body)
            while more := connection.recv(65536):
                received += more
    head, _, rest = received.partition(b"\r\n\r\n")
    if head.startswith(b"HTTP/1.1 100"):
        head, _, rest = rest.partition(b"\r\n\r\n")
    return int(head[9:12]), head.decode().split("\r\n")[1:], rest


def interim(connection):
    """Waits for 100 Continue, though no longer than a second: not every server sends one (RFC 9110, 10.1.1)."""
    select.select([connection], [], [], 1)


def fail(what):
    raise AssertionError(what)


def expect_status(answer, *statuses):
    return answer if answer[0] in statuses else fail(f"{answer[0]} instead of {statuses}: {answer[1]} {answer[2][:200]}")


def header(answer, wanted):
    return next((line.split(":", 1)[1].strip() for line in answer[1] if line.lower().startswith(wanted + ":")), None)


def event(uid, summary):
    start = datetime(2026, 12, 1, 9)
    return "\r\n".join(
        ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Zerohop//tests//EN", "BEGIN:VEVENT", f"UID:{uid}"]
        + [f"DTSTAMP:{start:%Y%m%dT%H%M%SZ}", f"DTSTART:{start:%Y%m%dT%H%M%SZ}"]
        + [f"DTEND:{start + timedelta(hours=1):%Y%m%dT%H%M%SZ}", f"SUMMARY:{summary}", "END:VEVENT", "END:VCALENDAR", ""]
    )


def discovery():
    """The way of RFC 6764 to the calendars of whoever asks."""
    answer = expect_status(exchange("PROPFIND", "/.well-known/caldav", ["Depth: 0"]), 301, 302, 307, 308)
    place = urlsplit(header(answer, "location") or fail("no Location"))
    if place.netloc not in ("", target.netloc) or place.path != "/":
        fail(f"leads to {place.geturl()}")
    if client.principal().url.path != f"/{user}/":
        fail(f"the principal is {client.principal().url}")


def options():
    answer = expect_status(exchange("OPTIONS", own), 200)
    if "calendar-access" not in (header(answer, "dav") or ""):
        fail(f"DAV: {header(answer, 'dav')}")


def calendar():
    client.principal().make_calendar(name=name, cal_id=name)


def events():
    """Put, found by a query, changed, and gone."""
    book = client.calendar(url=url + own)
    made = book.save_event(event(f"{name}-one", "made"))
    found = book.search(start=datetime(2026, 12, 1), end=datetime(2026, 12, 2), event=True, expand=False)
    if not any("SUMMARY:made" in one.data for one in found):
        fail(f"a query finds {len(found)} events, and not the one that was put")
    made.data = event(f"{name}-one", "changed")
    made.save()
    if "SUMMARY:changed" not in book.event_by_uid(f"{name}-one").data:
        fail("the change is not there")
    made.delete()


def synchronization():
    """RFC 6578: what has changed since the last time."""
    book = client.calendar(url=url + own)
    before = book.objects_by_sync_token()
    made = book.save_event(event(f"{name}-two", "to be synchronized"))
    changed = list(book.objects_by_sync_token(before.sync_token))
    if [one.url.path for one in changed] != [made.url.path]:
        fail(f"{[one.url.path for one in changed]} has changed, and not {made.url.path}")
    made.delete()


def move():
    """RFC 4918, 9.9: where to is a URL in a header."""
    expect_status(exchange("PUT", own + "from.ics", ["Content-Type: text/calendar"], event("moved", "x").encode()), 201)
    to = f"{url}{own}to%20there.ics"
    expect_status(exchange("MOVE", own + "from.ics", [f"Destination: {to}", "Overwrite: T"]), 201)
    expect_status(exchange("GET", own + "from.ics"), 404)
    expect_status(exchange("GET", own + "to%20there.ics"), 200)
    expect_status(exchange("DELETE", own + "to%20there.ics"), 200)


def long_body():
    """A body above the megabyte at which some proxies stop, after 100 Continue."""
    body = event("long", "x").replace("SUMMARY:x", "SUMMARY:x\r\n" + "\r\n".join(["DESCRIPTION:" + "y" * 70] + [" " + "y" * 70] * 30000))
    expect_status(exchange("PUT", own + "long.ics", ["Content-Type: text/calendar"], body.encode(), expect=True), 201, 204)
    if len(expect_status(exchange("GET", own + "long.ics"), 200)[2]) < 2_000_000:
        fail("it came back shorter")
    expect_status(exchange("DELETE", own + "long.ics"), 200)


def refusals():
    """Who has no credentials is asked for some, and wrong ones are refused."""
    for authorization in (None, "Basic " + base64.b64encode(f"{user}:wrong".encode()).decode()):
        answer = expect_status(exchange("PROPFIND", own, ["Depth: 0"], authorization=authorization), 401)
        if not (header(answer, "www-authenticate") or "").startswith("Basic "):
            fail("401 without a challenge")


def removal():
    client.calendar(url=url + own).delete()


def attempt(step):
    try:
        step()
        error = None
    except Exception as problem:
        error = f"{type(problem).__name__}: {problem}"[:500]
    print(json.dumps({"step": step.__name__, "error": error}), flush=True)


client = caldav.DAVClient(url=url, username=user, password=password, ssl_verify_cert=authority)
end = time.monotonic() + float(seconds)
for step in (discovery, calendar, options, refusals, long_body):
    attempt(step)
while True:
    round_began = time.monotonic()
    for step in (events, synchronization, move):
        attempt(step)
    if time.monotonic() >= end:
        break
    time.sleep(max(0, min(10, end - time.monotonic())))
attempt(removal)
