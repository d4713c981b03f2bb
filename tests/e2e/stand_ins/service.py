"""A stand-in for the Pulumi Cloud service on the loopback interface.

It keeps published packs, one default policy group an organisation, stacks and the engine events of
their previews; enough for `policy publish`, `policy enable` and a preview that requires packs.
"""

from __future__ import annotations

import contextlib
import gzip
import json
import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

GROUP = "default-policy-group"
UPDATE = "00000000-0000-0000-0000-000000000001"


@dataclass
class Pack:
    """A published version of a policy pack."""

    request: dict[str, Any]
    version: int
    archive: bytes = b""
    complete: bool = False

    @property
    def name(self) -> str:
        return str(self.request["name"])

    @property
    def tag(self) -> str:
        return str(self.request["versionTag"])


@dataclass
class Service:
    """What the service remembers."""

    url: str = ""
    packs: list[Pack] = field(default_factory=list)
    enabled: dict[str, dict[str, Any]] = field(default_factory=dict)
    stacks: dict[str, dict[str, Any]] = field(default_factory=dict)
    events: list[dict[str, Any]] = field(default_factory=list)
    unanswered: list[str] = field(default_factory=list)

    @property
    def unanswered_writes(self) -> list[str]:
        """Changes that nobody took; unknown questions are answered with 404, as by old services."""
        return [one for one in self.unanswered if not one.startswith("GET ")]

    def pack(self, name: str, tag: str) -> Pack:
        return next(one for one in self.packs if one.name == name and one.tag == tag)

    def latest(self, name: str) -> Pack:
        return next(one for one in reversed(self.packs) if one.name == name and one.complete)


class NotFound(Exception):  # noqa: N818 - the name of HTTP's answer
    """There is no such thing: 404."""


class Conflict(Exception):  # noqa: N818
    """It is there already: 409."""


Answer = Callable[..., Any]
ROUTES: list[tuple[str, re.Pattern[str], Answer]] = []


def route(method: str, pattern: str) -> Callable[[Answer], Answer]:
    """Answer requests whose path matches; `{name}` is one segment."""
    regex = re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", pattern) + "$")

    def decorate(answer: Answer) -> Answer:
        ROUTES.append((method, regex, answer))
        return answer

    return decorate


@route("GET", "/api/user")
def user(service: Service, body: Any) -> Any:
    organizations = [{"githubLogin": "acme", "name": "acme"}]
    return {"githubLogin": "tester", "name": "tester", "organizations": organizations}


@route("POST", "/api/orgs/{org}/policypacks")
def create_pack(service: Service, body: Any, org: str) -> Any:
    if any(one.name == body["name"] and one.tag == body["versionTag"] for one in service.packs):
        raise Conflict
    pack = Pack(body, len(service.packs) + 1)
    service.packs.append(pack)
    upload = f"{service.url}/upload/{pack.name}/{pack.tag}"
    return {"version": pack.version, "uploadURI": upload, "requiredHeaders": {}}


@route("PUT", "/upload/{name}/{tag}")
def upload(service: Service, body: bytes, name: str, tag: str) -> Any:
    service.pack(name, tag).archive = body
    return {}


@route("POST", "/api/orgs/{org}/policypacks/{name}/versions/{tag}/complete")
def complete_pack(service: Service, body: Any, org: str, name: str, tag: str) -> Any:
    service.pack(name, tag).complete = True
    return {}


@route("GET", "/api/orgs/{org}/policypacks/{name}/versions/{tag}")
def get_pack(service: Service, body: Any, org: str, name: str, tag: str) -> Any:
    pack = service.latest(name) if tag == "latest" else service.pack(name, tag)
    return {**pack.request, "version": pack.version, "versionTag": pack.tag}


@route("GET", "/download/{name}/{tag}")
def download(service: Service, body: Any, name: str, tag: str) -> bytes:
    return service.pack(name, tag).archive


@route("PATCH", "/api/orgs/{org}/policygroups/{group}")
def change_group(service: Service, body: Any, org: str, group: str) -> Any:
    if added := body.get("addPolicyPack"):
        service.enabled[added["name"]] = added
    return {}


@route("GET", "/api/orgs/{org}/policygroups/{group}")
def get_group(service: Service, body: Any, org: str, group: str) -> Any:
    return {
        "name": group,
        "isOrgDefault": group == GROUP,
        "entityType": "stacks",
        "mode": "preventative",
        "stacks": [],
        "appliedPolicyPacks": list(service.enabled.values()),
    }


@route("GET", "/api/stacks/{org}/{project}/{stack}")
def get_stack(service: Service, body: Any, org: str, project: str, stack: str) -> Any:
    if (path := f"{org}/{project}/{stack}") not in service.stacks:
        raise NotFound
    return service.stacks[path]


@route("POST", "/api/stacks/{org}/{project}")
def create_stack(service: Service, body: Any, org: str, project: str) -> Any:
    name = body["stackName"]
    service.stacks[f"{org}/{project}/{name}"] = {
        "orgName": org,
        "projectName": project,
        "stackName": name,
        "tags": body.get("tags") or {},
        "version": 0,
        "activeUpdate": "",
    }
    return {}


@route("POST", "/api/stacks/{org}/{project}/{stack}/preview")
def create_preview(service: Service, body: Any, org: str, project: str, stack: str) -> Any:
    return {"updateID": UPDATE, "requiredPolicies": _required(service)}


def _required(service: Service) -> list[dict[str, Any]]:
    required = []
    for name, choice in service.enabled.items():
        tag = choice.get("versionTag")
        pack = service.latest(name) if tag in (None, "", "latest") else service.pack(name, tag)
        required.append(
            {
                "name": name,
                "displayName": pack.request.get("displayName", name),
                "version": pack.version,
                "versionTag": pack.tag,
                "packLocation": f"{service.url}/download/{name}/{pack.tag}",
                "config": choice.get("config") or {},
            }
        )
    return required


@route("POST", "/api/stacks/{org}/{project}/{stack}/{kind}/{update}")
def start_update(service: Service, body: Any, **_: str) -> Any:
    return {"version": 0, "token": "lease", "tokenExpiration": 4102444800, "journalVersion": 0}


@route("GET", "/api/stacks/{org}/{project}/{stack}/export")
def export(service: Service, body: Any, **_: str) -> Any:
    return {"version": 3, "deployment": {}}


@route("POST", "/api/stacks/{org}/{project}/{stack}/{kind}/{update}/events/batch")
def record_events(service: Service, body: Any, **_: str) -> Any:
    service.events.extend(body["events"])
    return {}


@route("POST", "/api/stacks/{org}/{project}/{stack}/{kind}/{update}/complete")
@route("POST", "/api/stacks/{org}/{project}/{stack}/{kind}/{update}/renew_lease")
def end_update(service: Service, body: Any, **_: str) -> Any:
    return {"token": "lease", "tokenExpiration": 4102444800}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    service: Service

    def log_message(self, *arguments: Any) -> None:
        """Keep quiet: what was not answered is remembered instead."""

    def _handle(self) -> None:
        body = self._body()
        path = self.path.partition("?")[0]
        for method, pattern, answer in ROUTES:
            if method == self.command and (found := pattern.match(path)):
                try:
                    return self._send(200, answer(self.service, body, **found.groupdict()))
                except (NotFound, StopIteration):
                    return self._send(404, {"code": 404, "message": "Not Found"})
                except Conflict:
                    return self._send(409, {"code": 409, "message": "this version exists already"})
        self.service.unanswered.append(f"{self.command} {path}")
        return self._send(404, {"code": 404, "message": "Not Found"})

    def _body(self) -> Any:
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.command == "PUT":
            return raw
        if self.headers.get("Content-Encoding") == "gzip":
            raw = gzip.decompress(raw)
        return json.loads(raw) if raw else None

    def _send(self, status: int, answer: Any) -> None:
        raw = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    do_GET = do_POST = do_PUT = do_PATCH = _handle  # noqa: N815 - the names that http.server calls


@contextlib.contextmanager
def serve() -> Iterator[Service]:
    """Run the service on a free port of the loopback interface."""
    service = Service()
    handler = type("Handler", (_Handler,), {"service": service})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    service.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield service
    finally:
        server.shutdown()
        server.server_close()
