"""Fixtures, and the table of what every lesson costs."""

import functools
import http.server
import os
import shutil
import sys
import threading
import time
from collections import defaultdict
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
NO_NETWORK = str(ROOT / "tests" / "no_network")
MAX_SECONDS, MAX_GIGABYTES = 45, 2.0
ALONE: dict[str, float] = {}  # seconds of the lessons that were executed again, with the machine to themselves

sys.path[:0] = [str(ROOT / "tests" / "tools"), str(ROOT / "data" / "recipes")]
# Kernels and subprocesses inherit the block; this process, already started, takes it by import.
os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [NO_NETWORK, os.environ.get("PYTHONPATH")]))
os.environ.pop("ATELIER_HUB", None)
os.environ["HF_HUB_DISABLE_XET"] = "1"  # its Rust client would not see the block
if "sitecustomize" not in sys.modules or NO_NETWORK not in (sys.modules["sitecustomize"].__file__ or ""):
    import importlib.util

    _spec = importlib.util.spec_from_file_location("no_network_for_tests", f"{NO_NETWORK}/sitecustomize.py")
    _spec.loader.exec_module(importlib.util.module_from_spec(_spec))


@pytest.fixture
def environment(tmp_path):
    """Environment of a subprocess with a cache folder of its own, hence a cold hub."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("HF_", "ATELIER_"))}
    return clean | {"XDG_CACHE_HOME": str(tmp_path / "cache"), "HF_HOME": str(tmp_path / "hf")}


@pytest.fixture(scope="module")
def one_quiet_thread():
    """Torch on one thread and no progress bars in this process, as in subprocesses that set OMP_NUM_THREADS."""
    import torch
    from transformers.utils import logging

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    logging.disable_progress_bar()
    yield
    logging.enable_progress_bar()
    torch.set_num_threads(threads)


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """Folder with converted passages (data) and an untrained model (model)."""
    from small_ner import converted, tiny_model

    folder = tmp_path_factory.mktemp("ner")
    converted(folder / "data", train=12, validation=4, test=5)
    tiny_model(folder / "model")
    return folder


@pytest.fixture(scope="module")
def browser():
    """Debian's Chromium, for which only this machine exists."""
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if chromium is None:
        pytest.skip("Chromium is not installed")
    from playwright.sync_api import sync_playwright

    alone = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", alone])
        yield launched
        launched.close()


@pytest.fixture(scope="module")
def serve():
    """A function: folder → address, on this machine, at which it is served."""
    with ExitStack() as stack:
        yield lambda folder: stack.enter_context(served(folder))


@contextmanager
def served(folder):
    """Address at which a folder is served while the block runs."""

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_):
            """Say nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(folder))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def peak_memory(pid: int) -> int:
    """Peak resident memory of a process in bytes."""
    status = Path(f"/proc/{pid}/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) * 1024
    import psutil

    return psutil.Process(pid).memory_info().rss


class KernelMemory:
    """Notes the kernel's peak memory after every cell; a plugin, for this file's own hooks see only tests/."""

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_call(self, item):
        yield
        kernel = getattr(item.parent, "kernel", None)
        if kernel is not None and kernel.is_alive():
            item.user_properties.append(("peak", peak_memory(kernel.km.provisioner.pid)))


def pytest_configure(config):
    config.pluginmanager.register(KernelMemory())


def lesson_costs(reports) -> dict[str, tuple[float, float]]:
    """Notebook name → (seconds, gigabytes), kernel start included."""
    seconds, peak = defaultdict(float), defaultdict(int)
    for report in reports:
        name = report.nodeid.split("::")[0]
        if name.endswith(".ipynb") and "notebooks/" in name:
            seconds[name] += report.duration
            peak[name] = max([peak[name], *(value for key, value in report.user_properties if key == "peak")])
    return {Path(name).stem: (seconds[name], peak[name] / 1e9) for name in sorted(seconds)}


def reports_of(reporter) -> list:
    """Reports of all the tests that ran."""
    return [report for group in reporter.stats.values() for report in group if hasattr(report, "duration")]


def seconds_alone(name: str) -> float:
    """Seconds that a lesson takes with the machine to itself and all its cores, kernel start included."""
    from nbclient import NotebookClient

    from lessons import from_markdown

    notebook, started = from_markdown(ROOT / "lessons" / f"{name}.md"), time.perf_counter()
    cores = {name: value for name, value in os.environ.items() if not name.startswith("OMP_")}  # as a student's
    NotebookClient(notebook, timeout=300, kernel_name="python3").execute(cwd=str(ROOT / "notebooks"), env=cores)
    return time.perf_counter() - started


def pytest_terminal_summary(terminalreporter):
    """Print seconds and peak memory per lesson, and the other measures that tests recorded."""
    reports = reports_of(terminalreporter)
    for name, (seconds, gigabytes) in lesson_costs(reports).items():
        alone = f", {ALONE[name]:.1f} s alone" if name in ALONE else ""
        over = " over the floor" if ALONE.get(name, seconds) > MAX_SECONDS or gigabytes > MAX_GIGABYTES else ""
        terminalreporter.write_line(f"lesson {name:<28} {seconds:5.1f} s  {gigabytes:4.2f} GB{alone}{over}")
    for report in reports:
        for key, value in report.user_properties:
            if key == "measure" and report.when == "call":
                terminalreporter.write_line(f"measure {value}")


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session):
    """A lesson over its floor fails the run.

    The floor is for two cores, and here a lesson shares them with other tests: one that seems too slow runs once more
    when they are done, and that time is judged.
    """
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None or hasattr(session.config, "workerinput") or session.exitstatus:
        return
    costs = lesson_costs(reports_of(reporter))
    ALONE.update({name: seconds_alone(name) for name, (seconds, _) in costs.items() if seconds > MAX_SECONDS})
    if any(ALONE.get(name, s) > MAX_SECONDS or g > MAX_GIGABYTES for name, (s, g) in costs.items()):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
