"""What lesson 13 and its benchmark count: operations per token, peaks of GPUs, speakers of the corpus."""

import sys
from pathlib import Path

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from lessons import from_markdown, lessons

sys.path.append(str(Path(__file__).parents[1] / "benchmarks"))

import model_flops


def tiny_config(**changes):
    """A ModernBERT of two small layers."""
    from transformers import ModernBertConfig

    roles = {f"{role}_token_id": 0 for role in ("pad", "bos", "eos", "cls", "sep")}
    sizes = {"hidden_size": 32, "intermediate_size": 48, "num_hidden_layers": 2, "num_attention_heads": 2}
    return ModernBertConfig(vocab_size=100, local_attention=8, sparse_prediction=True, **roles, **sizes | changes)


def counted_flops(config, length, hidden):
    """Operations per token of a forward and a backward pass, as PyTorch counts them."""
    from transformers import AutoModelForMaskedLM

    model = AutoModelForMaskedLM.from_config(config, attn_implementation="eager")
    tokens = torch.randint(1, config.vocab_size, (4, length))
    labels = torch.where(torch.arange(length) < hidden * length, tokens, -100)
    with FlopCounterMode(display=False) as counter:
        model(input_ids=tokens, labels=labels).loss.backward()
    return counter.get_total_flops() / tokens.numel()


@pytest.mark.parametrize(
    ("changes", "length", "hidden"),
    [({}, 64, 0.25), ({}, 16, 1.0), ({"num_hidden_layers": 3, "intermediate_size": 128}, 32, 0.5)],
)
def test_flops_per_token_is_what_pytorch_counts(changes, length, hidden):
    config = tiny_config(**changes)
    counted = counted_flops(config, length, hidden)
    assert model_flops.flops_per_token(config, length, hidden) == pytest.approx(counted, rel=0.01)


def test_lesson_counts_as_the_benchmark_does():
    lesson = next(path for path in lessons() if path.stem.startswith("13"))
    source = next(cell.source for cell in from_markdown(lesson).cells if cell.source.startswith("def flops_per_token"))
    names = {}
    exec(source, names)
    config = model_flops.base_config()
    assert names["flops_per_token"](config, 512, 0.3) == model_flops.flops_per_token(config, 512, 0.3)


def test_measured_model_has_the_size_of_bert_base():
    from transformers import AutoModelForMaskedLM

    with torch.device("meta"):
        model = AutoModelForMaskedLM.from_config(model_flops.base_config())
    assert 105e6 < model.num_parameters() < 115e6


def test_training_is_timed_on_any_device():
    from transformers import AutoModelForMaskedLM

    model = AutoModelForMaskedLM.from_config(tiny_config())
    before = model.get_input_embeddings().weight.detach().clone()
    assert model_flops.tokens_per_second(model, 2, 16, torch.bfloat16, warm_up=1, measured=2) > 0
    assert not torch.equal(before, model.get_input_embeddings().weight)
    assert model_flops.product_flops("cpu", torch.float32, 64) > 0


@pytest.mark.parametrize(
    ("name", "peak"),
    [
        ("NVIDIA H100 80GB HBM3", 989),
        ("NVIDIA H100 PCIe", 756),
        ("NVIDIA H200", 989),
        ("NVIDIA A100-SXM4-40GB", 312),
        ("NVIDIA L4", 121),
        ("Tesla T4", 65),
    ],
)
def test_peak_is_found_by_the_gpu_name(name, peak):
    assert model_flops.known_peak(name)[0] == peak


def test_unknown_gpu_has_no_peak():
    assert model_flops.known_peak("NVIDIA L40S") is None


def test_without_gpu_one_line_says_so(capsys):
    if torch.cuda.is_available():
        pytest.skip("there is a GPU")
    model_flops.main()
    assert capsys.readouterr().out == "Model FLOPs utilization: no CUDA GPU here, nothing measured\n"


def test_no_speaker_is_on_both_sides_of_the_corpus():
    path = Path(__file__).parents[1] / "data" / "corpus" / "entretiens.txt"
    interviews = path.read_text(encoding="utf-8").strip().split("\n\n")
    speakers = [{line.split(" : ")[0] for line in interview.splitlines()} for interview in interviews]
    assert len(interviews) == 40 and all(speakers)
    assert not set.union(*speakers[:-6]) & set.union(*speakers[-6:])
