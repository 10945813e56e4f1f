"""A real JupyterLab and a real Chromium, for the browser journeys and for what is timed in them."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import nbformat
from playwright.sync_api import Browser, BrowserContext, sync_playwright

CHROMIUM_FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--no-first-run",
]  # fmt: skip
START_SECONDS = 240
Application = Literal["lab", "notebook"]
APPLICATIONS = {"lab": ("jupyterlab", "LabApp"), "notebook": ("notebook", "JupyterNotebookApp")}


@dataclass(frozen=True)
class Lab:
    """A running JupyterLab: where it answers and the folder that it serves."""

    url: str
    folder: Path

    def add_notebook(self, name: str, cells: list[str]) -> Path:
        """Write a notebook of code cells into the served folder."""
        notebook = nbformat.v4.new_notebook(
            cells=[nbformat.v4.new_code_cell(source) for source in cells],
            metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}},
        )
        path = self.folder / name
        nbformat.write(notebook, path)
        return path

    def kernels(self) -> list[str]:
        """Return the ids of the kernels that run."""
        with urllib.request.urlopen(f"{self.url}/api/kernels", timeout=10) as answer:
            return [kernel["id"] for kernel in json.load(answer)]

    def kill_kernels(self) -> None:
        """Shut every kernel down, as a crash of the machine behind it would."""
        for kernel in self.kernels():
            request = urllib.request.Request(f"{self.url}/api/kernels/{kernel}", method="DELETE")
            urllib.request.urlopen(request, timeout=20).close()


def chromium_path() -> str:
    """Return where Chromium is installed."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        found = shutil.which(name)
        if found:
            return found
    raise RuntimeError("Chromium is not installed: apt-get install chromium")


@contextmanager
def running_chromium() -> Iterator[Browser]:
    """Yield a headless Chromium."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=chromium_path(), args=CHROMIUM_FLAGS, headless=True
        )
        yield chromium
        chromium.close()


@contextmanager
def running_profile(folder: Path) -> Iterator[BrowserContext]:
    """Yield a headless Chromium that keeps in a folder what its pages load and compile."""
    with sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            folder, executable_path=chromium_path(), args=CHROMIUM_FLAGS, headless=True
        )
        yield context
        context.close()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until_it_answers(address: str, server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if server.poll() is not None:
            break
        try:
            urllib.request.urlopen(address, timeout=2).close()
        except (urllib.error.URLError, OSError):
            time.sleep(0.3)
        else:
            return
    raise RuntimeError(f"{server.args} did not start:\n{log.read_text()[-2000:]}")


@contextmanager
def serving(
    command: list[str], address: str, log: Path, environment: Mapping[str, str] = os.environ
) -> Iterator[None]:
    """Run a server from when `address` answers until the block ends."""
    with log.open("wb") as output:
        server = subprocess.Popen(command, env=environment, stdout=output, stderr=output)
    try:
        wait_until_it_answers(address, server, log)
        yield
    finally:
        server.terminate()
        try:
            server.wait(15)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait(15)


@contextmanager
def running_lab(
    home: Path, folder: Path, application: Application = "lab", python: str | Path = sys.executable
) -> Iterator[Lab]:
    """Yield a JupyterLab or Notebook on `folder`, with its settings in `home` and no token.

    It is that of the environment whose interpreter `python` is.
    """
    settings = home / "config" / "labconfig"
    settings.mkdir(parents=True)
    quiet = {"fetchNews": "false", "checkForUpdates": False}
    (settings / "default_setting_overrides.json").write_text(
        json.dumps({"@jupyterlab/apputils-extension:notification": quiet})
    )
    port = free_port()
    environment = os.environ | {
        "PATH": os.pathsep.join([str(Path(python).parent), os.environ.get("PATH", "")]),
        "JUPYTER_PREFER_ENV_PATH": "1",
        "JUPYTER_CONFIG_DIR": str(home / "config"),
        "JUPYTERLAB_SETTINGS_DIR": str(home / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(home / "workspaces"),
        "IPYTHONDIR": str(home / "ipython"),
    }
    module, name = APPLICATIONS[application]
    command = [
        str(python), "-m", module, "--no-browser", "--allow-root", f"--port={port}",
        "--ServerApp.port_retries=0", "--IdentityProvider.token=", "--ServerApp.password=",
        "--ServerApp.disable_check_xsrf=True", f"--ServerApp.root_dir={folder}",
        f"--{name}.expose_app_in_browser=True",
    ]  # fmt: skip
    url = f"http://127.0.0.1:{port}"
    with serving(command, f"{url}/api", home / "lab.log", environment):
        yield Lab(url, folder)
