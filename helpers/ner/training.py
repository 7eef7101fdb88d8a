"""Training a token classifier on converted passages: restartable, on one process or several."""

import json
import math
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
from transformers.trainer import TRAINER_STATE_NAME
from transformers.trainer_utils import PREFIX_CHECKPOINT_DIR

from helpers.device import device
from helpers.files import replacing, sha256
from helpers.labelstudio import ExportError
from helpers.metrics import compute_entity_metrics

from .corpus import SIDES, read_converted
from .report import RESULTS, STATE, WEIGHTS, read_run, write_results
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
    digests = {side: sha256(data / f"{side}.jsonl") for side in rows}
    run = {"settings": asdict(settings), "labels": labels, "data": digests}
    _refuse_another(out, run, fresh)
    arguments = training_arguments(settings, out / CHECKPOINTS)
    main = arguments.process_index == 0
    if (out / RESULTS).exists() and not fresh:
        return Outcome(json.loads((out / RESULTS).read_text(encoding="utf-8")) if main else None)
    trainer = build_trainer(settings, arguments, rows, labels)
    tracking = Tracking(settings.experiment, asdict(settings)) if main and settings.experiment else None
    with arguments.main_process_first():
        if main:
            _prepare(out, run, fresh)
    if tracking:
        trainer.add_callback(tracking)
    try:
        with interruptible(trainer) as interruption:
            trainer.train(resume_from_checkpoint=last_checkpoint(out / CHECKPOINTS))
        if interruption.done and tracking:
            tracking.stop("KILLED")
        if interruption.done or not main:
            return Outcome(interrupted=interruption.done)
        trainer.save_model(str(out))
        held_out = rows.get("test", rows["validation"])[: settings.max_test or None]
        results = write_results(trainer.model, trainer.processing_class, held_out, labels, settings, digests, out, out)
    except BaseException:
        if tracking:
            tracking.stop("FAILED")
        raise
    shutil.rmtree(out / CHECKPOINTS, ignore_errors=True)
    if tracking:
        tracking.finish(results, sorted(out.glob("*.png")), out if settings.log_model else None)
    return Outcome(results)


def read_folder(data: Path) -> tuple[dict[str, list[dict[str, Any]]], list[str]]:
    """Rows of train, validation and, if there is one, test, and the labels. Raises ExportError."""
    paths = {side: data / f"{side}.jsonl" for side in SIDES}
    missing = [name for name in ("train.jsonl", "validation.jsonl", "labels.json") if not (data / name).is_file()]
    if missing:
        raise ExportError(f"{data} : il manque {', '.join(missing)} ; atelier labels convert les écrit")
    try:
        labels = json.loads((data / "labels.json").read_text(encoding="utf-8"))
    except ValueError as error:
        raise ExportError(f"{data / 'labels.json'} : {error} ; atelier labels convert écrit ce fichier") from None
    if not isinstance(labels, list) or not all(isinstance(label, str) for label in labels):
        raise ExportError(f"{data / 'labels.json'} n’est pas une liste d’étiquettes : atelier labels convert l’écrit")
    return {side: read_converted(path, labels) for side, path in paths.items() if path.is_file()}, labels


def build_trainer(
    settings: Settings, arguments: TrainingArguments, rows: dict[str, list[dict[str, Any]]], labels: Sequence[str]
) -> Trainer:  # fmt: skip
    """A Trainer that keeps the model with the best entity F1 on the validation passages."""
    set_seed(settings.seed)
    names = label_list(labels)
    try:
        config = AutoConfig.from_pretrained(
            settings.model, id2label=dict(enumerate(names)), label2id={name: i for i, name in enumerate(names)}
        )
        options = {"add_prefix_space": True} if config.model_type in BYTE_LEVEL else {}
        tokenizer = AutoTokenizer.from_pretrained(settings.model, **options)
        longest = min(tokenizer.model_max_length, getattr(config, "max_position_embeddings", math.inf))
        if settings.window > longest:
            raise SettingsError(f"window : {settings.window} dépasse les {longest} tokens que lit {settings.model}")
        model = AutoModelForTokenClassification.from_pretrained(
            settings.model, config=config, ignore_mismatched_sizes=True
        )
        model.accepts_loss_kwargs = False  # it averages over each batch, whatever Trainer concludes from its **kwargs
    except SettingsError:
        raise
    except (OSError, ValueError) as error:
        reason = f"{type(error).__name__} {error}".splitlines()[0]
        raise SettingsError(f"model : {settings.model} ne se charge pas ({reason})") from None
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

    def on_epoch_end(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> TrainerControl:
        """No evaluation in the middle of an epoch, which could choose a model that an undisturbed run never sees."""
        if self.done and state.epoch % 1 and state.global_step < state.max_steps:
            control.should_evaluate = control.should_save = False
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


def last_checkpoint(folder: Path) -> str | None:
    """The last checkpoint that is whole: the trainer's state is written at its end."""
    whole = [path.parent for path in folder.glob(f"{PREFIX_CHECKPOINT_DIR}-*/{TRAINER_STATE_NAME}")]
    return str(max(whole, key=lambda path: int(path.name.rpartition("-")[2]))) if whole else None


def _refuse_another(out: Path, run: dict[str, Any], fresh: bool) -> None:
    """SettingsError when `out` holds something else, or, unless it is to be forgotten, another run."""
    if not (out / STATE).exists():
        if any(path.is_file() for path in out.rglob("*")):
            raise SettingsError(
                f"{out} n’est pas vide et ne vient pas d’atelier ner train : choisissez un autre dossier"
            )
        return
    before = read_run(out)
    if before != run and not fresh:
        changed = [name for name in run["settings"] if before["settings"].get(name) != run["settings"][name]]
        what = ", ".join(changed) or "les données"
        raise SettingsError(
            f"{out} tient un entraînement où {what} différait : choisissez un autre dossier, ou --fresh"
        )


def _prepare(out: Path, run: dict[str, Any], fresh: bool) -> None:
    """Write down in `out` what runs there, an earlier run being forgotten if `fresh`."""
    if fresh:
        shutil.rmtree(out / CHECKPOINTS, ignore_errors=True)
        for name in (STATE, RESULTS, WEIGHTS):
            (out / name).unlink(missing_ok=True)
    with replacing(out / STATE) as file:
        json.dump(run, file, ensure_ascii=False, indent=1)
