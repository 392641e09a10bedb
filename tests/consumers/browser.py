"""A headless Chromium, driven through its DevTools protocol over a pipe: real clicks, real keys, real widths."""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

PATIENCE = 30.0
KEYS = {
    "Tab": ("Tab", 9, ""),
    "Enter": ("Enter", 13, "\r"),
    "ArrowDown": ("ArrowDown", 40, ""),
    "Space": (" ", 32, " "),
}


class Browser:
    """One page of one browser."""

    def __init__(self, process: subprocess.Popen[bytes], to: int, fro: int) -> None:
        """Attaches to a new page."""
        self.process = process
        self.to = to
        self.fro = fro
        self.rest = b""
        self.count = 0
        self.session: str | None = None
        self.complaints: list[str] = []
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        attached = self.call("Target.attachToTarget", targetId=target, flatten=True)
        self.session = attached["sessionId"]
        for domain in ("Page", "Runtime", "Log"):
            self.call(f"{domain}.enable")

    def call(self, method: str, **params: Any) -> dict[str, Any]:
        """Asks for something and waits for the answer."""
        self.count += 1
        mine = self.count
        message = {"id": mine, "method": method, "params": params}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.to, json.dumps(message).encode() + b"\0")
        while True:
            said = self.receive()
            if said.get("id") == mine:
                if "error" in said:
                    raise RuntimeError(f"{method}: {said['error']['message']}")
                return dict(said["result"])

    def receive(self) -> dict[str, Any]:
        """Waits for the next message; keeps complaints of pages."""
        while b"\0" not in self.rest:
            chunk = os.read(self.fro, 1 << 16)
            if not chunk:
                raise RuntimeError("the browser ended")
            self.rest += chunk
        line, _, self.rest = self.rest.partition(b"\0")
        said = json.loads(line)
        if said.get("method") == "Runtime.exceptionThrown":
            details = said["params"]["exceptionDetails"]
            self.complaints.append(
                details.get("exception", details).get("description", str(details))
            )
        if (
            said.get("method") == "Log.entryAdded"
            and said["params"]["entry"]["level"] == "error"
        ):
            entry = said["params"]["entry"]
            self.complaints.append(f"{entry['text']} {entry.get('url', '')}")
        return dict(said)

    def look(self, width: int, scheme: str, *, script: bool = True) -> None:
        """Sets the width of the window, light or dark, and whether scripts run."""
        height = 900 if width > 600 else 844
        size = {
            "width": width,
            "height": height,
            "deviceScaleFactor": 1,
            "mobile": width < 600,
        }
        self.call("Emulation.setDeviceMetricsOverride", **size)
        self.call("Emulation.setTouchEmulationEnabled", enabled=False)
        wish = [{"name": "prefers-color-scheme", "value": scheme}]
        self.call("Emulation.setEmulatedMedia", features=wish)
        self.call("Emulation.setScriptExecutionDisabled", value=not script)

    def go(self, address: str) -> None:
        """Opens an address and waits until it is there."""
        self.call("Page.navigate", url="about:blank")
        self.call("Page.navigate", url=address)
        self.until(
            f"location.href !== 'about:blank' && document.readyState === 'complete'"
        )

    def run(self, expression: str) -> Any:
        """Returns the value of an expression in the page."""
        asked = {"expression": expression, "returnByValue": True, "awaitPromise": True}
        done = self.call("Runtime.evaluate", **asked)
        if "exceptionDetails" in done:
            details = done["exceptionDetails"]
            raise RuntimeError(
                details.get("exception", details).get("description", str(details))
            )
        return done["result"].get("value")

    def until(self, expression: str) -> bool:
        """Waits until an expression is true; a page that is being left counts as not yet."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            try:
                if self.run(expression):
                    return True
            except RuntimeError:
                pass
            time.sleep(0.02)
        return False

    def click(self, selector: str) -> None:
        """Clicks the middle of an element with the mouse, where a person would see it."""
        where = self.run(
            f"""(() => {{
                const found = document.querySelector({json.dumps(selector)});
                if (!found) return null;
                found.scrollIntoView({{block: 'center', inline: 'center', behavior: 'instant'}});
                const box = found.getClientRects()[0];
                const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
                const hit = document.elementFromPoint(x, y);
                return {{x, y, free: found === hit || found.contains(hit) || Boolean(hit?.contains(found))}};
            }})()"""
        )
        if not where:
            raise RuntimeError(f"there is no {selector}")
        if not where["free"]:
            raise RuntimeError(f"something covers {selector}")
        for kind in ("mousePressed", "mouseReleased"):
            at = {"x": where["x"], "y": where["y"], "button": "left", "clickCount": 1}
            self.call("Input.dispatchMouseEvent", type=kind, **at)

    def follow(self, selector: str) -> None:
        """Clicks a link and waits for the page that it leads to."""
        before = self.run("location.href")
        self.click(selector)
        arrived = f"location.href !== {json.dumps(before)} && document.readyState === 'complete'"
        if not self.until(arrived):
            raise RuntimeError(f"{selector} led nowhere")

    def press(self, name: str) -> None:
        """Presses a key."""
        key, code, text = KEYS[name]
        fixed = {"key": key, "code": name, "windowsVirtualKeyCode": code}
        more = {"text": text} if text else {}
        self.call("Input.dispatchKeyEvent", type="keyDown", **fixed, **more)
        self.call("Input.dispatchKeyEvent", type="keyUp", **fixed)

    def picture(self, path: Path, *, whole: bool = False) -> None:
        """Writes what is to be seen to a file."""
        data = self.call("Page.captureScreenshot", captureBeyondViewport=whole)["data"]
        path.write_bytes(base64.b64decode(data))


@contextmanager
def browser() -> Iterator[Browser]:
    """Starts a Chromium and ends it."""
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if not program:
        sys.exit("chromium is missing: `.ci/run` installs it")
    to_read, to_write = os.pipe()
    fro_read, fro_write = os.pipe()

    def connect() -> None:
        """Puts the ends of the pipes where the browser looks for them."""
        ends = os.dup(to_read), os.dup(fro_write)
        os.dup2(ends[0], 3)
        os.dup2(ends[1], 4)

    with tempfile.TemporaryDirectory(prefix="pyiron-lock-browser-") as profile:
        options = [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--hide-scrollbars",
            "--disable-dev-shm-usage",
        ]
        quiet = [
            "--no-first-run",
            "--disable-extensions",
            "--disable-background-networking",
        ]
        command = [
            program,
            *options,
            *quiet,
            "--remote-debugging-pipe",
            f"--user-data-dir={profile}",
            "about:blank",
        ]
        process = subprocess.Popen(
            command,
            preexec_fn=connect,
            pass_fds=(3, 4),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(to_read)
        os.close(fro_write)
        try:
            yield Browser(process, to_write, fro_read)
        finally:
            process.terminate()
            process.wait(10)
