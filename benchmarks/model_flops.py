"""Model FLOPs utilization: the share of a GPU's peak that lesson 13's recipe reaches on a model of BERT-base's size.

python benchmarks/model_flops.py    prints one line and what it comes from; needs a CUDA GPU and no data

The model: ModernBERT's architecture, 12 layers, width 768, 109 million parameters, embedding included. The recipe:
full blocks of 512 tokens without padding, 30 % of them hidden, scores of these only, 16-bit autocast, sdpa attention,
fused AdamW, the layers compiled. The tokens are drawn at random: speed does not depend on what they say.

The operations are those that the model needs, counted by `flops_per_token` as in the lesson; what is recomputed or
spent on anything but matrix products counts for nothing. Goal: 40 % of the vendor's figure.
"""

import re
import time
from typing import Any

import torch

LENGTH, HIDDEN_SHARE, GOAL = 512, 0.3, 0.40
WARM_UP, MEASURED = 8, 30

# Dense 16-bit tensor-core peaks in TFLOP/s, from NVIDIA's data sheets, which print twice as much « with sparsity ».
PEAKS = {
    r"H100 PCIe": (756, "bfloat16", "https://www.nvidia.com/en-us/data-center/h100/"),
    r"H100": (989, "bfloat16", "https://www.nvidia.com/en-us/data-center/h100/"),
    r"H200": (989, "bfloat16", "https://www.nvidia.com/en-us/data-center/h200/"),
    r"A100": (312, "bfloat16", "https://www.nvidia.com/en-us/data-center/a100/"),
    r"L4": (121, "bfloat16", "https://www.nvidia.com/en-us/data-center/l4/"),
    r"T4": (65, "float16", "https://www.nvidia.com/en-us/data-center/tesla-t4/"),  # it has no bfloat16
}


def flops_per_token(config: Any, length: int, hidden: float) -> float:
    """Operations per token of one training step of a ModernBERT, in blocks of `length`, a share `hidden` to be guessed.

    Two per weight and token forwards, a multiplication and an addition, and twice as many backwards. Attention compares
    all tokens of a block, also in layers that then keep neighbours only. Reading the embedding costs nothing; as output
    matrix it serves the hidden tokens only, which `sparse_prediction` makes true.
    """
    width = config.hidden_size
    layer = 4 * width**2 + 3 * width * config.intermediate_size
    attention = 2 * length * width
    head = width**2 + width * config.vocab_size
    return 6 * (config.num_hidden_layers * (layer + attention) + hidden * head)


def base_config() -> Any:
    """A ModernBERT of BERT-base's size, every layer looking at the whole block."""
    from transformers import ModernBertConfig

    return ModernBertConfig(
        vocab_size=30_528,  # BERT's 30,522, rounded up to a multiple of 16
        hidden_size=768,
        intermediate_size=2048,
        num_hidden_layers=12,
        num_attention_heads=12,
        max_position_embeddings=LENGTH,
        layer_types=["full_attention"] * 12,
        sparse_prediction=True,
        **{f"{role}_token_id": 0 for role in ("pad", "bos", "eos", "cls", "sep")},
    )


def training_step(model: torch.nn.Module, optimizer: torch.optim.Optimizer, rows: int, length: int, dtype: Any) -> None:
    """One update on `rows` blocks of random tokens."""
    device = next(model.parameters()).device
    tokens = torch.randint(1, model.config.vocab_size, (rows, length), device=device)
    labels = tokens.masked_fill(torch.rand(tokens.shape, device=device) >= HIDDEN_SHARE, -100)
    with torch.autocast(device.type, dtype):
        loss = model(input_ids=tokens, labels=labels).loss
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    optimizer.zero_grad()


def tokens_per_second(model: torch.nn.Module, rows: int, length: int, dtype: Any, warm_up: int, measured: int) -> float:
    """Speed of training, warm-up and compilation aside."""
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-4, fused=True)
    for step in range(warm_up + measured):
        if step == warm_up:
            wait()
            started = time.perf_counter()
        training_step(model, optimizer, rows, length, dtype)
    wait()
    return measured * rows * length / (time.perf_counter() - started)


def product_flops(device: str, dtype: Any, size: int, repeats: int = 20) -> float:
    """FLOP/s of a product of two square matrices: the best of three series, the first of which warms up."""
    left = torch.randn(size, size, device=device, dtype=dtype)
    series = []
    for _ in range(3):
        wait()
        started = time.perf_counter()
        for _ in range(repeats):
            left @ left
        wait()
        series.append(time.perf_counter() - started)
    return 2 * size**3 * repeats / min(series)


def wait() -> None:
    """Wait until the GPU has done what it was given."""
    if torch.cuda.is_available():
        torch.cuda.synchronize()


def known_peak(name: str) -> tuple[float, str, str] | None:
    """TFLOP/s, number format and source for a GPU's name as CUDA gives it; None when it is not in the table."""
    return next((peak for pattern, peak in PEAKS.items() if re.search(rf"\b{pattern}\b", name)), None)


def main() -> None:
    """Measure and print, or say in one line that there is nothing to measure on."""
    from transformers import AutoModelForMaskedLM

    import helpers

    device = helpers.device()
    if device.type != "cuda":
        print("Model FLOPs utilization: no CUDA GPU here, nothing measured")
        return
    torch.set_float32_matmul_precision("high")
    config = base_config()
    model = AutoModelForMaskedLM.from_config(config, attn_implementation="sdpa").to(device.type).train()
    model.model.compile()
    rows = max(8, min(64, device.examples_that_fit(400_000_000) // 8 * 8))
    speed = tokens_per_second(model, rows, LENGTH, device.dtype, WARM_UP, MEASURED)
    flops = speed * flops_per_token(config, LENGTH, HIDDEN_SHARE)
    product = product_flops(device.type, device.dtype, 8192)
    size = f"{model.num_parameters() / 1e6:.0f} M parameters, {rows} blocks of {LENGTH}"
    print(f"Model FLOPs utilization on {device.name} ({size}): {speed:,.0f} tokens/s, {flops / 1e12:.0f} TFLOP/s")
    print(f"  {flops / product:.0%} of a matrix product's {product / 1e12:.0f} TFLOP/s, in {device.dtype}")
    if (peak := known_peak(device.name)) is None:
        print("  the vendor's peak for this GPU is not in the table")
        return
    print(f"  {flops / peak[0] / 1e12:.0%} of the vendor's {peak[0]} TFLOP/s in {peak[1]} ({peak[2]}); goal {GOAL:.0%}")


if __name__ == "__main__":
    main()
