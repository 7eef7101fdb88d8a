"""What the recipes share: folders, optimizers, and how a miniature is written."""

import json
from pathlib import Path

import torch
from transformers import PreTrainedModel, PreTrainedTokenizerBase

STOCKS = Path(__file__).parent / "stocks"
CARDS = Path(__file__).parent / "cards"
DATA = Path(__file__).parents[1]
HUB = DATA / "hub"
BUILD = Path(__file__).parents[2] / "build"


def build_optimizers(
    model: PreTrainedModel, steps: int, warmup: int = 200, scale: float = 1.0, weight_decay: float = 0.01
) -> list:
    """Muon for the matrices inside the layers and AdamW for all else, with their warm-up and linear decay to 2 %.

    Returns the optimizers and their schedules; call `.step()` on each, in order, after every backward pass.
    """
    layers = [p for name, p in model.named_parameters() if p.ndim == 2 and (".layer." in name or ".layers." in name)]
    inside = {id(p) for p in layers}
    others = [p for p in model.parameters() if id(p) not in inside]
    optimizers = [
        torch.optim.Muon(layers, lr=4e-3 * scale, weight_decay=weight_decay, adjust_lr_fn="match_rms_adamw"),
        torch.optim.AdamW(others, lr=1.5e-3 * scale, weight_decay=0.01, fused=True),
    ]
    factor = torch.optim.lr_scheduler.LambdaLR
    return [*optimizers, *(factor(o, lambda s: min((s + 1) / warmup, max(0.02, 1 - s / steps))) for o in optimizers)]


def save_miniature(model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, out: Path) -> None:
    """Write the weights of `save_weights`, and the tokenizer, whose file loses its indentation, a third of its size."""
    tokenizer.save_pretrained(out)
    path = out / "tokenizer.json"
    text = json.dumps(json.loads(path.read_text(encoding="utf-8")), ensure_ascii=False, separators=(",", ":"))
    path.write_text(text, encoding="utf-8")
    save_weights(model, out)


def save_weights(model: PreTrainedModel, out: Path) -> None:
    """Write float16 safetensors whose config asks for float32."""
    model.half().save_pretrained(out)
    model.float()
    config = json.loads((out / "config.json").read_text()) | {"dtype": "float32"}
    (out / "config.json").write_text(json.dumps(config, indent=2, sort_keys=True) + "\n")


def write_measures(measures: dict, out: Path) -> None:
    """Write and print the figures that the model card quotes."""
    (out / "measures.json").write_text(json.dumps(measures, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(json.dumps(measures, indent=1, ensure_ascii=False))
