"""A run in MLflow: parameters, metrics, figures and, if asked, the model. Without its server, training goes on."""

import os
import warnings
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Literal

from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments

from .scores import SCORES
from .settings import SettingsError

# A server that does not answer is given up after one more try instead of minutes.
PATIENCE = {"MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1", "MLFLOW_HTTP_REQUEST_TIMEOUT": "10"}
QUIET = {"MLFLOW_DISABLE_TELEMETRY": "true"}
LOCAL_STORE = "sqlite:///mlflow.db"


class Tracking(TrainerCallback):
    """Sends a training run to the experiment `name`, at MLFLOW_TRACKING_URI or in ./mlflow.db.

    The first failure is told once, as a warning, and nothing more is sent.
    """

    def __init__(self, name: str, parameters: Mapping[str, Any]) -> None:
        """Open the run; SettingsError when MLflow is not installed."""
        for variable, value in (PATIENCE | QUIET).items():
            os.environ.setdefault(variable, value)
        try:
            import mlflow
        except ImportError:
            raise SettingsError(
                "experiment : MLflow n’est pas installé ; pip install 'atelier-transformers[mlflow]', ou ne nommez rien"
            ) from None
        self.mlflow, self.away = mlflow, False
        self.send(self._open, name, dict(parameters))

    def _open(self, name: str, parameters: dict[str, Any]) -> None:
        """Start a run and log its parameters."""
        self.mlflow.set_tracking_uri(os.environ.get("MLFLOW_TRACKING_URI") or LOCAL_STORE)
        self.mlflow.set_experiment(name)
        self.mlflow.start_run()
        self.mlflow.log_params(parameters)

    def send(self, function: Callable, *arguments: Any, **options: Any) -> None:
        """Call one of MLflow's functions, unless an earlier call failed."""
        if self.away:
            return
        try:
            function(*arguments, **options)
        except Exception as error:  # whatever goes wrong there, training goes on
            self.away = True
            with suppress(Exception):  # otherwise it would stay the current run of this process
                self.mlflow.end_run("FAILED")
            reason = f"{type(error).__name__} {error}".splitlines()[0][:200]
            warnings.warn(f"MLflow ne répond pas, l’entraînement continue sans lui : {reason}", stacklevel=2)

    def on_log(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, logs: dict | None = None,
        **kwargs: Any,
    ) -> None:  # fmt: skip
        """Log the numbers of one line of the training log."""
        numbers = {name: value for name, value in (logs or {}).items() if isinstance(value, int | float)}
        self.send(self.mlflow.log_metrics, numbers, step=state.global_step)

    def stop(self, status: Literal["KILLED", "FAILED"]) -> None:
        """Close the run of a training that stopped before its end; left open, MLflow would call it finished."""
        self.send(self.mlflow.end_run, status)

    def finish(self, results: Mapping[str, Any], files: list[Path], model: Path | None) -> None:
        """Log precision, recall and F1 over words and entities, the files, and the model's folder; close the run."""
        scores = {f"{part}_{name}": results[part][name] for part in ("token", "entity") for name in SCORES}
        self.send(self.mlflow.log_metrics, scores)
        for file in files:
            self.send(self.mlflow.log_artifact, str(file))
        if model is not None:
            self.send(self.mlflow.log_artifacts, str(model), artifact_path="model")
        self.send(self.mlflow.end_run)
