"""`python -m helpers.ner`, for torchrun and accelerate launch."""

from .cli import app

if __name__ == "__main__":
    app()
