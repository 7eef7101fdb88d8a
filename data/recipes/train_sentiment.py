"""Train the English sentiment classifier: a DistilBERT that starts from the BERT miniature.

    python data/recipes/train_sentiment.py

The layers are copied from build/english and the segment embedding of the first sentence is added to the positions,
which leaves BERT's computation unchanged; then the whole is fine-tuned on the training split of the SST-2 stand-in
on opinions and reviews from the generator of build_reviews.py, whose polarity is known (all its opinion words, in the
frames dealt out to training alone), and on the reviews written for the course.
"""

import time
from itertools import islice

import torch
from datasets import Dataset
from transformers import (
    BertForPreTraining,
    BertTokenizer,
    DataCollatorWithPadding,
    DistilBertConfig,
    DistilBertForSequenceClassification,
    Trainer,
    TrainingArguments,
    set_seed,
)

import build_sst2
from build_reviews import labelled_reviews
from common import BUILD, save_miniature, write_measures
from corpora import written_reviews
from helpers.metrics import Accuracy, compute_metrics

N_OPINIONS, N_REVIEWS = 24_000, 8_000
LAYER_NAMES = {
    "attention.self.query": "attention.q_lin",
    "attention.self.key": "attention.k_lin",
    "attention.self.value": "attention.v_lin",
    "attention.output.dense": "attention.out_lin",
    "attention.output.LayerNorm": "sa_layer_norm",
    "intermediate.dense": "ffn.lin1",
    "output.dense": "ffn.lin2",
    "output.LayerNorm": "output_layer_norm",
}


def distilbert_from(bert: BertForPreTraining) -> DistilBertForSequenceClassification:
    """A DistilBERT classifier with the layers and embeddings of a BERT, and a new head."""
    source = bert.config
    config = DistilBertConfig(
        vocab_size=source.vocab_size, dim=source.hidden_size, n_layers=source.num_hidden_layers,
        n_heads=source.num_attention_heads, hidden_dim=source.intermediate_size,
        max_position_embeddings=source.max_position_embeddings, pad_token_id=source.pad_token_id,
        finetuning_task="sst-2", id2label={0: "NEGATIVE", 1: "POSITIVE"}, label2id={"NEGATIVE": 0, "POSITIVE": 1},
    )  # fmt: skip
    model = DistilBertForSequenceClassification(config)
    weights = {name.removeprefix("bert."): value for name, value in bert.state_dict().items()}
    body = {
        f"embeddings.{n}": weights[f"embeddings.{n}"]
        for n in ("word_embeddings.weight", "LayerNorm.weight", "LayerNorm.bias")
    }
    segment = weights["embeddings.token_type_embeddings.weight"][0]
    body["embeddings.position_embeddings.weight"] = weights["embeddings.position_embeddings.weight"] + segment
    for layer in range(source.num_hidden_layers):
        for old, new in LAYER_NAMES.items():
            for kind in ("weight", "bias"):
                body[f"transformer.layer.{layer}.{new}.{kind}"] = weights[f"encoder.layer.{layer}.{old}.{kind}"]
    model.distilbert.load_state_dict(body)
    return model


def load_splits(tokenizer: BertTokenizer) -> tuple[Dataset, Dataset, Dataset]:
    """Training examples (SST-2 stand-in, opinions, reviews), and the stand-in's validation and labelled test splits."""
    splits = build_sst2.build(seed=0)
    rows = [(row["sentence"], row["label"]) for row in splits["train"]] * 2
    rows += islice(labelled_reviews("en", seed=21, single=True, split="train", all_words=True), N_OPINIONS)
    rows += islice(labelled_reviews("en", seed=22, split="train", all_words=True), N_REVIEWS)
    rows += written_reviews("en") * 2
    train, test = (
        Dataset.from_dict({"sentence": [text for text, _ in pairs], "label": [int(label) for _, label in pairs]})
        for pairs in (rows, build_sst2.write_splits(0)["test"])
    )

    def encode(batch: dict) -> dict:
        return tokenizer(batch["sentence"], truncation=True, max_length=64)

    return tuple(split.map(encode, batched=True) for split in (train, splits["validation"], test))


def main() -> None:
    """Fine-tune for two epochs, measure on the validation split, save in build/sentiment."""
    set_seed(0)
    started, out = time.time(), BUILD / "sentiment"
    tokenizer = BertTokenizer.from_pretrained(BUILD / "english")
    model = distilbert_from(BertForPreTraining.from_pretrained(BUILD / "english", dtype=torch.float32))
    train, validation, test = load_splits(tokenizer)
    trainer = Trainer(
        model=model,
        args=TrainingArguments(
            output_dir=str(BUILD / "sentiment-checkpoints"), num_train_epochs=2, learning_rate=2e-4, warmup_steps=0.1,
            per_device_train_batch_size=32, weight_decay=0.01, save_strategy="no", logging_steps=200, use_cpu=True,
            bf16=True,
        ),
        train_dataset=train,
        eval_dataset=validation,
        data_collator=DataCollatorWithPadding(tokenizer),
        compute_metrics=compute_metrics(Accuracy()),
    )  # fmt: skip
    trainer.train()
    accuracy = trainer.evaluate()["eval_accuracy"]
    test_accuracy = trainer.evaluate(test)["eval_accuracy"]
    out.mkdir(parents=True, exist_ok=True)
    save_miniature(model, tokenizer, out)
    measures = {"generated": N_OPINIONS + N_REVIEWS, "written": len(written_reviews("en"))}
    measures |= {"validation_examples": len(validation), "test_accuracy": test_accuracy}
    write_measures(measures | {"validation_accuracy": accuracy, "seconds": round(time.time() - started)}, out)


if __name__ == "__main__":
    torch.set_num_threads(1)
    main()
