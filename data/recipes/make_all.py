"""Remake the whole embedded hub, in order; `ATELIER_CORPORA` must name the folder of texts.

ATELIER_CORPORA=folder python data/recipes/make_all.py
"""

import subprocess
import sys
from pathlib import Path

STEPS = (
    ["build_files.py"],
    ["build_images.py"],
    ["build_rapports.py"],
    ["build_datasets.py"],
    ["pretrain.py", "multilingual"],
    ["pretrain.py", "multilingual", "--start", "build/multilingual"],
    ["pretrain.py", "multilingual", "--start", "build/multilingual", "--pieces", "7000"],
    ["pretrain.py", "english"],
    ["pretrain.py", "english", "--start", "build/english", "--tokens", "50e6"],
    ["pretrain.py", "french", "--tokens", "30e6"],
    ["pretrain.py", "french", "--start", "build/french", "--tokens", "24e6"],
    ["train_sentiment.py"],
    ["train_ner.py"],
    ["train_chat.py"],
    ["train_t5.py"],
    ["train_vit.py"],
    ["build_invoices.py", "build/invoices", "--documents", "162", "--limit", "17000"],
    ["read_invoices.py"],
    ["build_invoices.py", "build/pool", "--pool", "pretraining", "--documents", "800", "--limit", "17000"],
    ["read_pool.py"],
    ["train_layout.py"],
    ["publish.py"],
)


def main() -> None:
    """Run every recipe in a process of its own, stopping at the first that fails."""
    for name, *arguments in STEPS:
        print("→", name, *arguments, flush=True)
        subprocess.run([sys.executable, str(Path(__file__).parent / name), *arguments], check=True)


if __name__ == "__main__":
    main()
