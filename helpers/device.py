"""What the machine computes on, in which number format, and how much memory that leaves."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import torch


class Device(NamedTuple):
    """A place to compute: `type` is what `.to()` and `pipeline(device=…)` take; memory is in bytes."""

    type: str
    name: str
    dtype: torch.dtype
    total_memory: int
    free_memory: int

    def examples_that_fit(self, bytes_per_example: int, share: float = 0.8) -> int:
        """How many examples of a measured size fit in `share` of the free memory; ValueError unless it is positive."""
        if bytes_per_example <= 0:
            raise ValueError(f"bytes_per_example must be positive, got {bytes_per_example}")
        return int(self.free_memory * share) // bytes_per_example


def device() -> Device:
    """The best device here: a CUDA card, else Apple's GPU, else the processor; `dtype` is a format it is fast at."""
    import torch

    if torch.cuda.is_available():
        free, total = torch.cuda.mem_get_info()
        dtype = torch.bfloat16 if torch.cuda.is_bf16_supported(including_emulation=False) else torch.float16
        return Device("cuda", torch.cuda.get_device_name(), dtype, total, free)
    total, free = _system_memory()
    if torch.backends.mps.is_available():
        return Device("mps", "GPU Apple", torch.float16, total, free)
    return Device("cpu", _processor_name(), torch.bfloat16 if _fast_bfloat16() else torch.float32, total, free)


def free_memory() -> int:
    """Collect what Python no longer refers to, empty the GPU's cache, and return the free memory in bytes."""
    import torch

    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
    elif torch.backends.mps.is_available():
        torch.mps.empty_cache()
    return device().free_memory


def _fast_bfloat16() -> bool:
    """Whether the processor multiplies bfloat16 in hardware (AVX512-BF16 or AMX)."""
    import torch

    capabilities = getattr(torch.cpu, "get_capabilities", dict)()  # since torch 2.11
    return bool(capabilities.get("avx512_bf16") or capabilities.get("amx_bf16"))


def _system_memory() -> tuple[int, int]:
    """Total and available memory of the machine in bytes."""
    import psutil

    memory = psutil.virtual_memory()
    return memory.total, memory.available


def _processor_name() -> str:
    """The processor's name as the system gives it."""
    import platform

    return platform.processor() or platform.machine()
