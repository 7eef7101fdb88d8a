"""Training a token classifier on converted passages: restartable, on one process or several."""

import json
import shutil
import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from types import FrameType
from typing import Any

import torch
from datasets import Dataset
from transformers import (
    AutoConfig,
    AutoModelForTokenClassification,
    AutoTokenizer,
    DataCollatorForTokenClassification,
    EarlyStoppingCallback,
    PreTrainedTokenizerBase,
    Trainer,
    TrainerCallback,
    TrainerControl,
    TrainerState,
    TrainingArguments,
    set_seed,
)
from transformers.trainer_utils import get_last_checkpoint

from helpers.device import device
from helpers.labelstudio import ExportError
from helpers.labelstudio.writers import replacing
from helpers.metrics import compute_entity_metrics

from .corpus import SIDES, digest, read_converted
from .report import RESULTS, STATE, write_results
from .settings import Settings, SettingsError
from .tracking import Tracking
from .windows import encode
from .words import label_list

# Tokenizers that take words only when they put the space before each by themselves.
BYTE_LEVEL = frozenset({"roberta", "bart", "longformer", "gpt2", "deberta", "modernbert"})
CHECKPOINTS = "checkpoints"


@dataclass(frozen=True)
class Outcome:
    """How a training ended: its results, in the first process, or an interruption to go on from."""

    results: dict[str, Any] | None = None
    interrupted: bool = False


def train(settings: Settings, data: Path, out: Path, fresh: bool = False) -> Outcome:
    """Train on the folder that `atelier labels convert` wrote; model, results, predictions, figures and card in `out`.

    Goes on from the last checkpoint of an interrupted run with the same settings and data; a finished one is left as
    it is. `fresh` forgets an earlier run. Raises ExportError for the data, SettingsError when `out` holds a run with
    other settings.
    """
    rows, labels = read_folder(data)
    digests = {side: digest(data / f"{side}.jsonl") for side in rows}
    arguments = training_arguments(settings, out / CHECKPOINTS)
    main = arguments.process_index == 0
    with arguments.main_process_first():
        if main:
            _prepare(out, {"settings": asdict(settings), "labels": labels, "data": digests}, fresh)
    if (out / RESULTS).exists():
        return Outcome(json.loads((out / RESULTS).read_text(encoding="utf-8")) if main else None)
    trainer = build_trainer(settings, arguments, rows, labels)
    tracking = Tracking(settings.experiment, asdict(settings)) if main and settings.experiment else None
    if tracking:
        trainer.add_callback(tracking)
    with interruptible(trainer) as interruption:
        trainer.train(resume_from_checkpoint=get_last_checkpoint(str(out / CHECKPOINTS)))
    if interruption.done or not main:
        return Outcome(interrupted=interruption.done)
    trainer.save_model(str(out))
    held_out = rows.get("test", rows["validation"])[: settings.max_test or None]
    results = write_results(trainer.model, trainer.processing_class, held_out, labels, settings, digests, out, out)
    if tracking:
        tracking.finish(results, sorted(out.glob("*.png")), out if settings.log_model else None)
    shutil.rmtree(out / CHECKPOINTS, ignore_errors=True)
    return Outcome(results)


def read_folder(data: Path) -> tuple[dict[str, list[dict[str, Any]]], list[str]]:
    """Rows of train, validation and, if there is one, test, and the labels. Raises ExportError."""
    paths = {side: data / f"{side}.jsonl" for side in SIDES}
    missing = [name for name in ("train.jsonl", "validation.jsonl", "labels.json") if not (data / name).is_file()]
    if missing:
        raise ExportError(f"{data} : il manque {', '.join(missing)} ; atelier labels convert les écrit")
    rows = {side: read_converted(path) for side, path in paths.items() if path.is_file()}
    labels = json.loads((data / "labels.json").read_text(encoding="utf-8"))
    known = set(label_list(labels))
    for side, held in rows.items():
        for row in held:
            if unknown := set(row["labels"]) - known:
                raise ExportError(
                    f"{paths[side]}, passage {row['id']} : {sorted(unknown)[0]} n’est pas dans labels.json"
                )
    return rows, labels


def build_trainer(
    settings: Settings, arguments: TrainingArguments, rows: dict[str, list[dict[str, Any]]], labels: Sequence[str]
) -> Trainer:  # fmt: skip
    """A Trainer that keeps the model with the best entity F1 on the validation passages."""
    set_seed(settings.seed)
    names = label_list(labels)
    config = AutoConfig.from_pretrained(
        settings.model, id2label=dict(enumerate(names)), label2id={name: i for i, name in enumerate(names)}
    )
    options = {"add_prefix_space": True} if config.model_type in BYTE_LEVEL else {}
    tokenizer = AutoTokenizer.from_pretrained(settings.model, **options)
    model = AutoModelForTokenClassification.from_pretrained(settings.model, config=config)
    window_sets = {
        side: as_windows(rows[side][: limit or None], tokenizer, config.label2id, settings)
        for side, limit in (("train", settings.max_train), ("validation", settings.max_validation))
    }
    return Trainer(
        model, arguments, train_dataset=window_sets["train"], eval_dataset=window_sets["validation"],
        data_collator=DataCollatorForTokenClassification(tokenizer, pad_to_multiple_of=8), processing_class=tokenizer,
        compute_metrics=compute_entity_metrics(names), callbacks=[EarlyStoppingCallback(settings.patience)],
    )  # fmt: skip


def training_arguments(settings: Settings, folder: Path) -> TrainingArguments:
    """The arguments of Trainer; checkpoints go to `folder`. The processes of a distributed run meet here."""
    every = {"strategy": "steps", "steps": settings.save_every} if settings.save_every else {"strategy": "epoch"}
    on_cpu = device().type == "cpu"
    return TrainingArguments(
        str(folder), num_train_epochs=settings.epochs, learning_rate=settings.learning_rate,
        per_device_train_batch_size=settings.batch_size, per_device_eval_batch_size=settings.batch_size,
        gradient_accumulation_steps=settings.accumulation, warmup_steps=settings.warmup,
        weight_decay=settings.weight_decay, seed=settings.seed, save_total_limit=2, load_best_model_at_end=True,
        metric_for_best_model="f1", restore_callback_states_from_checkpoint=True, report_to="none",
        use_cpu=on_cpu, bf16=not on_cpu and device().dtype == torch.bfloat16,
        **{f"{kind}_{name}": value for kind in ("eval", "save", "logging") for name, value in every.items()},
    )  # fmt: skip


def as_windows(
    rows: Sequence[dict[str, Any]], tokenizer: PreTrainedTokenizerBase, label2id: dict[str, int], settings: Settings
) -> Dataset:
    """The windows of converted passages, for Trainer."""
    windows = [
        {name: window[name] for name in ("input_ids", "attention_mask", "labels")}
        for row in rows
        for window in encode(
            row["tokens"], tokenizer, row["labels"], label2id, settings.window, settings.stride,
            settings.label_all_tokens,
        )
    ]  # fmt: skip
    return Dataset.from_list(windows)


class Interruption(TrainerCallback):
    """Ends training after the update in progress, with a checkpoint, once `asked` in any of the processes."""

    asked = done = False

    def on_step_end(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> TrainerControl:
        """Save and stop if somebody asked: all processes together, or one would wait for the others."""
        asked = torch.tensor(float(self.asked))
        if torch.distributed.is_available() and torch.distributed.is_initialized():
            asked = asked.to(args.device)
            torch.distributed.all_reduce(asked, torch.distributed.ReduceOp.MAX)
        if asked:
            self.done = control.should_save = control.should_training_stop = True
        return control


@contextmanager
def interruptible(trainer: Trainer) -> Iterator[Interruption]:
    """Ctrl-C, or a cluster's announced end (SIGTERM), stops `trainer` with a checkpoint; a second one stops at once."""
    interruption = Interruption()
    trainer.add_callback(interruption)
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def ask(number: int, frame: FrameType | None) -> None:
        interruption.asked = True
        signal.signal(number, before[number])

    for number in before:
        signal.signal(number, ask)
    try:
        yield interruption
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _prepare(out: Path, run: dict[str, Any], fresh: bool) -> None:
    """Make `out` ready for this run: empty, or holding the same one."""
    state = out / STATE
    if not state.exists() and out.is_dir() and any(out.iterdir()):
        raise SettingsError(f"{out} n’est pas vide et ne vient pas d’atelier ner train : choisissez un autre dossier")
    if fresh:
        shutil.rmtree(out / CHECKPOINTS, ignore_errors=True)
        for name in (STATE, RESULTS):
            (out / name).unlink(missing_ok=True)
    if state.exists() and (before := json.loads(state.read_text(encoding="utf-8"))) != run:
        changed = [name for name in run["settings"] if before["settings"].get(name) != run["settings"][name]]
        what = ", ".join(changed) or "les données"
        raise SettingsError(
            f"{out} tient un entraînement où {what} différait : choisissez un autre dossier, ou --fresh"
        )
    with replacing(state) as file:
        json.dump(run, file, ensure_ascii=False, indent=1)
