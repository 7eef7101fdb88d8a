"""The encoders that are pretrained: what tells them apart, their tokenizers, and how a model begins."""

import math
from dataclasses import dataclass
from pathlib import Path

import torch
from transformers import (
    AddedToken,
    AutoConfig,
    AutoModelForMaskedLM,
    AutoTokenizer,
    BertForPreTraining,
    BertTokenizer,
    PreTrainedModel,
    RobertaTokenizer,
)
from transformers import PreTrainedTokenizerBase as Tokenizer

from blocks import POSITIONS
from corpora import stock

# What the updates of a round of eight read, when it is not running text: in a first run, and going on from one.
OWN_TURNS = {0: "sentences", 4: "reviews"}
EVERYDAY_TIMES = 10  # how often the everyday sentences count when a vocabulary is learnt again


@dataclass(frozen=True)
class Recipe:
    """What distinguishes the encoders."""

    languages: tuple[str, ...]
    lowercase: bool
    vocab_size: int
    model_type: str
    turns: dict[int, str]
    later_turns: dict[int, str]
    everyday_times: int = 0  # how often the everyday sentences count for the first vocabulary
    notes: str = ""  # a stock of longer texts on the course's subjects


RECIPES = {
    "multilingual": Recipe(
        ("fr", "en"), False, 6000, "distilbert", OWN_TURNS, {0: "sentences", 3: "sentences", 6: "reviews"}
    ),
    "english": Recipe(
        ("en",), True, 4000, "bert", OWN_TURNS, {0: "sentences", 2: "reviews", 4: "sentences", 6: "reviews"}
    ),
    "french": Recipe(
        ("fr",), False, 6000, "roberta", {0: "sentences", 4: "notes"},
        {0: "cards", 2: "cards", 4: "cards", 6: "cards", 7: "sentences"},
        everyday_times=EVERYDAY_TIMES, notes="field_fr.txt",
    ),
}  # fmt: skip


def empty_tokenizer(recipe: Recipe) -> Tokenizer:
    """A tokenizer that knows its special tokens only, numbered as in the model whose name the miniature bears."""
    if recipe.model_type == "roberta":
        special = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
        mask_token = AddedToken("<mask>", lstrip=True, special=True)  # takes the space before it
        return RobertaTokenizer({token: i for i, token in enumerate(special)}, [], mask_token=mask_token)
    return BertTokenizer(do_lower_case=recipe.lowercase, strip_accents=None if recipe.lowercase else False)


def train_tokenizer(recipe: Recipe, lines: list[str], pieces: int) -> Tokenizer:
    """A tokenizer of so many `pieces`, learnt from `lines` and from the list of contemporary words."""
    contemporary = [word for line in stock("contemporary.txt") for word in line.split()]
    tokenizer = empty_tokenizer(recipe).train_new_from_iterator([*lines, *(contemporary * 300)], vocab_size=pieces)
    tokenizer.model_max_length = 512
    return tokenizer


def build_model(recipe: Recipe, tokenizer: Tokenizer) -> PreTrainedModel:
    """A 4-layer, 192-wide encoder; positions start as small sinusoids, all other weights at random."""
    width, layers, heads = 192, 4, 4
    sizes = {
        "hidden_size": width,
        "num_hidden_layers": layers,
        "num_attention_heads": heads,
        "intermediate_size": 4 * width,
    }
    if recipe.model_type == "distilbert":
        sizes = {"dim": width, "n_layers": layers, "n_heads": heads, "hidden_dim": 4 * width}
    elif recipe.model_type == "roberta":  # its positions begin after the number of the padding token
        ends = {"bos_token_id": tokenizer.bos_token_id, "eos_token_id": tokenizer.eos_token_id}
        sizes |= {"max_position_embeddings": POSITIONS + tokenizer.pad_token_id + 1, "type_vocab_size": 1} | ends
        sizes |= {"hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0}  # nor in a short fine-tuning
    config = AutoConfig.for_model(
        recipe.model_type, vocab_size=len(tokenizer), pad_token_id=tokenizer.pad_token_id, **sizes
    )
    config._attn_implementation = "eager"  # its backward pass in bfloat16 is twice as fast on a processor
    model = (BertForPreTraining if recipe.model_type == "bert" else AutoModelForMaskedLM.from_config)(config)
    positions = model.base_model.embeddings.position_embeddings.weight
    angle = torch.arange(positions.shape[0])[:, None] * torch.exp(
        torch.arange(0, width, 2) * (-math.log(10000.0) / width)
    )
    with torch.no_grad():
        positions[:, 0::2], positions[:, 1::2] = 0.03 * angle.sin(), 0.03 * angle.cos()
    return model


def change_vocabulary(model: PreTrainedModel, old: Tokenizer, new: Tokenizer, recipe: Recipe) -> PreTrainedModel:
    """The model for another vocabulary: a piece keeps its weights; a new one gets the mean of the pieces it was."""
    known = old.get_vocab()
    were = [
        [known[piece]] if piece in known else old(piece.removeprefix("##"), add_special_tokens=False)["input_ids"]
        for piece in new.convert_ids_to_tokens(range(len(new)))
    ]
    weights = {
        name: torch.stack([weight[ids].mean(0) for ids in were]) if len(weight) == len(old) else weight
        for name, weight in model.state_dict().items()
    }
    changed = build_model(recipe, new)
    changed.load_state_dict(weights)
    return changed


def begin(
    recipe: Recipe, start: Path | None, texts: list[str], everyday: list[str], pieces: int | None
) -> tuple[Tokenizer, PreTrainedModel]:
    """Tokenizer and model of a trained folder, or a tokenizer learnt from `texts` and a new model; without dropout.

    With `start` and `pieces`, the vocabulary is learnt again, from `texts` and the `everyday` sentences.
    """
    if start:
        tokenizer = AutoTokenizer.from_pretrained(start)
        architecture = BertForPreTraining if recipe.model_type == "bert" else AutoModelForMaskedLM
        model = architecture.from_pretrained(start, dtype=torch.float32, attn_implementation="eager").train()
        if pieces:
            learnt = train_tokenizer(recipe, texts + everyday * EVERYDAY_TIMES, pieces)
            tokenizer, model = learnt, change_vocabulary(model, tokenizer, learnt, recipe)
    else:
        tokenizer = train_tokenizer(recipe, texts + everyday * recipe.everyday_times, recipe.vocab_size)
        model = build_model(recipe, tokenizer)
    for module in model.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = 0.0
    return tokenizer, model
