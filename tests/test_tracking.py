"""MLflow: what a run leaves in the default store and on a real server, and trainings whose server is away."""

import os
import random
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import warnings
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace

import mlflow
import pytest
from small_ner import interrupting

from helpers.ner import SettingsError, load_settings, training
from helpers.ner.tracking import Tracking

EXPERIMENT = "lacs"
SCORES = {f"{part}_{name}" for part in ("token", "entity") for name in ("precision", "recall", "f1")}


@pytest.fixture(scope="module", autouse=True)
def same_environment(one_quiet_thread):
    """The environment is given back as it was."""
    before = dict(os.environ)
    yield
    os.environ.clear()
    os.environ.update(before)


def free_port():
    """A port that nobody holds, below those that the system hands out by itself: no notebook's kernel takes it."""
    for port in random.Random(os.getpid()).sample(range(20000, 30000), 100):
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise AssertionError("a hundred ports are taken")


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """Address and process of an MLflow server on the loopback."""
    folder, port = tmp_path_factory.mktemp("server"), free_port()
    store = ["--backend-store-uri", f"sqlite:///{folder}/server.db", "--artifacts-destination", str(folder / "files")]
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "mlflow", "server", "--host=127.0.0.1", f"--port={port}", "--workers=1", *store],
            cwd=folder, stdout=log, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
    deadline = time.monotonic() + 120
    while True:
        assert process.poll() is None and time.monotonic() < deadline, (folder / "log").read_text()[-3000:]
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=5).close()
            break
        except OSError:
            time.sleep(0.1)
    yield f"http://127.0.0.1:{port}", process
    stop(process)


def stop(process):
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def train(small, out, **options):
    """A short training in the experiment; its results and the warnings of MLflow's absence."""
    settings = load_settings(
        None,
        {"model": str(small / "model"), "epochs": 2.0, "batch_size": 4, "window": 48, "stride": 8,
         "experiment": EXPERIMENT} | options,
    )  # fmt: skip
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        outcome = training.train(settings, small / "data", out)
    return outcome.results, [str(warning.message) for warning in caught if "MLflow" in str(warning.message)]


def the_run(address):
    """The one run of the experiment, and a client to read it with."""
    client = mlflow.MlflowClient(address)
    (run,) = client.search_runs([client.get_experiment_by_name(EXPERIMENT).experiment_id])
    return client, run


def assert_told(client, run, results):
    """The run holds the settings, the scores, the curve of the loss, and the figures."""
    assert run.info.status == "FINISHED"
    assert {"epochs": "2.0", "batch_size": "4", "experiment": EXPERIMENT}.items() <= run.data.params.items()
    stated = {name: run.data.metrics[name] for name in SCORES}
    assert stated == {name: pytest.approx(results[name.split("_")[0]][name.split("_")[1]]) for name in SCORES}
    assert [point.step for point in client.get_metric_history(run.info.run_id, "loss")] == [3, 6]
    assert {"report.png", "confusion.png"} <= {file.path for file in client.list_artifacts(run.info.run_id)}


def test_without_an_address_the_run_is_in_the_current_folder(small, tmp_path, monkeypatch):
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    monkeypatch.chdir(tmp_path)
    results, told = train(small, tmp_path / "out")
    assert told == [] and (tmp_path / "mlflow.db").is_file()
    client, run = the_run(f"sqlite:///{tmp_path}/mlflow.db")
    assert_told(client, run, results)
    assert "model" not in {file.path for file in client.list_artifacts(run.info.run_id)}
    with interrupting(4, signal.SIGINT):
        assert train(small, tmp_path / "interrupted", experiment="arrêt")[0] is None
    (stopped,) = client.search_runs([client.get_experiment_by_name("arrêt").experiment_id])
    assert stopped.info.status == "KILLED" and "loss" in stopped.data.metrics


def test_a_training_that_fails_is_not_called_finished(small, tmp_path, monkeypatch):
    def fail(*arguments):
        raise OSError("no space left")

    address = f"sqlite:///{tmp_path}/store.db"
    monkeypatch.setenv("MLFLOW_TRACKING_URI", address)
    monkeypatch.setattr(training, "write_results", fail)
    with pytest.raises(OSError, match="no space left"):
        train(small, tmp_path / "out")
    _, run = the_run(address)
    assert run.info.status == "FAILED" and mlflow.active_run() is None


def test_a_server_receives_the_run_and_the_model(small, tmp_path, monkeypatch, server):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", server[0])
    monkeypatch.chdir(tmp_path)
    results, told = train(small, tmp_path / "out", log_model=True)
    assert told == [] and not (tmp_path / "mlflow.db").exists()
    client, run = the_run(server[0])
    assert_told(client, run, results)
    held = {file.path for file in client.list_artifacts(run.info.run_id, "model")}
    assert {"model/model.safetensors", "model/tokenizer.json", "model/README.md"} <= held
    assert "model/checkpoints" not in held
    copy = client.download_artifacts(run.info.run_id, "model/model.safetensors", str(tmp_path))
    assert Path(copy).read_bytes() == (tmp_path / "out" / "model.safetensors").read_bytes()


def test_a_server_that_goes_away_is_told_once(monkeypatch, server):
    address, process = server
    monkeypatch.setenv("MLFLOW_TRACKING_URI", address)
    tracking = Tracking("partie", {"epochs": 1})
    assert not tracking.away
    stop(process)
    state, nothing = SimpleNamespace(global_step=1), dict.fromkeys(("precision", "recall", "f1"), 0)
    with pytest.warns(UserWarning, match="MLflow ne répond pas"):
        tracking.on_log(None, state, None, {"loss": 1.0})
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        tracking.on_log(None, state, None, {"loss": 1.0})
        tracking.finish({"token": nothing, "entity": nothing}, [], None)
    assert mlflow.active_run() is None


def test_a_server_that_is_away_stops_no_training(small, tmp_path, monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"http://127.0.0.1:{free_port()}")
    monkeypatch.chdir(tmp_path)
    results, told = train(small, tmp_path / "out")
    assert len(told) == 1 and "l’entraînement continue sans lui" in told[0] and "\n" not in told[0]
    assert (tmp_path / "out" / "results.json").is_file() and results["counts"]["passages"] == 5


def test_a_failure_without_a_message_is_told_too(monkeypatch):
    def fail(address):
        raise TimeoutError

    monkeypatch.setitem(sys.modules, "mlflow", SimpleNamespace(set_tracking_uri=fail))
    with pytest.warns(UserWarning, match="MLflow ne répond pas.*TimeoutError"):
        assert Tracking("muet", {}).away


def test_mlflow_that_is_not_installed_is_told_in_one_line(small, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "mlflow", None)
    with pytest.raises(SettingsError, match=r"atelier-transformers\[mlflow\]"):
        train(small, tmp_path / "out")
    assert train(small, tmp_path / "out", experiment="")[0]["counts"]["passages"] == 5
