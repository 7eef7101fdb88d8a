"""Train the picture classifier on drawn objects: a small ViT, published with its head and as a bare body.

    python data/recipes/train_vit.py

The pictures come from build_objects.py, drawn once and varied at every reading (mirror, cut, light), for the body must
learn shapes and textures that serve elsewhere. None of them is a picture of the Food-101 stand-in.
"""

import time
from itertools import islice

import numpy as np
import torch
from torch.nn.functional import cross_entropy, interpolate
from transformers import ViTConfig, ViTForImageClassification, ViTImageProcessorPil, ViTModel

from build_objects import LABELS, objects
from common import BUILD, build_optimizers, save_weights, write_measures

SIDE, PATCH = 96, 16
DRAWN = 24_000
N_VALIDATION = 1_000
BATCH, STEPS = 128, 3_000


def draw(number: int, seed: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Pictures (number, 3, side, side) as bytes, drawn with a margin for later cuts, and their labels (number)."""
    side = SIDE + SIDE // 6
    pictures, labels = zip(*islice(objects(seed), number), strict=True)
    pixels = np.stack([np.asarray(picture.convert("RGB").resize((side, side))) for picture in pictures])
    return torch.from_numpy(pixels).permute(0, 3, 1, 2).contiguous(), torch.tensor(labels)


def vary(pixels: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """A batch cut at random to (n, 3, side, side), mirrored half of the time, under another light; from −1 to 1."""
    room = pixels.shape[-1]
    kept = int(torch.randint(int(0.7 * room), room + 1, (1,), generator=generator))
    top, left = torch.randint(room - kept + 1, (2,), generator=generator).tolist()
    batch = pixels[:, :, top : top + kept, left : left + kept].float()
    if torch.rand(1, generator=generator) < 0.5:
        batch = batch.flip(-1)
    light = 1 + 0.3 * (torch.rand(len(batch), 3, 1, 1, generator=generator) - 0.5)
    return (interpolate(batch, SIDE, mode="bilinear", antialias=True) * light).clamp(0, 255) / 127.5 - 1


def plain(pixels: torch.Tensor) -> torch.Tensor:
    """The same pictures whole, from −1 to 1."""
    return interpolate(pixels.float(), SIDE, mode="bilinear", antialias=True) / 127.5 - 1


@torch.no_grad()
def accuracy(model: ViTForImageClassification, pixels: torch.Tensor, labels: torch.Tensor) -> float:
    """Share of pictures whose best class is the right one."""
    model.eval()
    best = torch.cat([model(plain(part)).logits.argmax(-1) for part in pixels.split(100)])
    model.train()
    return (best == labels).float().mean().item()


def train() -> tuple[ViTForImageClassification, dict[str, float]]:
    """The trained classifier and its measures."""
    torch.manual_seed(0)
    config = ViTConfig(
        hidden_size=160, num_hidden_layers=4, num_attention_heads=4, intermediate_size=640, image_size=SIDE,
        patch_size=PATCH, id2label=dict(enumerate(LABELS)), label2id={name: n for n, name in enumerate(LABELS)},
    )  # fmt: skip
    model = ViTForImageClassification(config)
    pixels, labels = draw(DRAWN, seed=1)
    held_out = draw(N_VALIDATION, seed=2)
    generator, started = torch.Generator().manual_seed(3), time.time()
    steppers = build_optimizers(model, STEPS, scale=0.5, weight_decay=0.1)
    for step in range(1, STEPS + 1):
        chosen = torch.randint(len(pixels), (BATCH,), generator=generator)
        with torch.autocast("cpu", torch.bfloat16):
            logits = model(vary(pixels[chosen], generator)).logits
        cross_entropy(logits.float(), labels[chosen], label_smoothing=0.1).backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        for stepper in steppers:
            stepper.step()
        model.zero_grad()
        if step % 250 == 0:
            print(step, f"{time.time() - started:.0f} s", f"{accuracy(model, *held_out):.3f}", flush=True)
    measures = {"pictures": STEPS * BATCH, "drawn": DRAWN, "seconds": round(time.time() - started)}
    return model, measures | {"classes": len(LABELS), "accuracy": accuracy(model, *held_out)}


def main() -> None:
    """Train, then write build/vit (with its head) and build/vit-body (without)."""
    model, measures = train()
    body = ViTModel(model.config, add_pooling_layer=False)
    body.load_state_dict(model.vit.state_dict())
    processor = ViTImageProcessorPil(size={"height": SIDE, "width": SIDE})
    for name, kept in (("vit", model), ("vit-body", body)):
        if kept is body:  # without classes, as the model it stands for
            body.config.id2label, body.config.label2id = {0: "LABEL_0", 1: "LABEL_1"}, {"LABEL_0": 0, "LABEL_1": 1}
        save_weights(kept.eval(), BUILD / name)
        processor.save_pretrained(BUILD / name)
        write_measures(measures, BUILD / name)


if __name__ == "__main__":
    torch.set_num_threads(1)
    main()
