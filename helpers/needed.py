"""What the lessons load from the Hub: repository → lessons."""

NEEDED_MODELS = {
    "HuggingFaceTB/SmolLM2-360M-Instruct": ("01", "02", "12"),
    "distilbert/distilbert-base-multilingual-cased": ("00", "01", "02", "03", "04", "05", "06", "13"),
    "Davlan/distilbert-base-multilingual-cased-ner-hrl": ("01",),
    "distilbert/distilbert-base-uncased-finetuned-sst-2-english": ("01", "04", "14"),
    "google-bert/bert-base-uncased": ("04", "06", "07", "12", "15"),
    "google-t5/t5-small": ("02",),
    "FacebookAI/roberta-base": ("09", "13"),
    "google/vit-base-patch16-224": ("01", "14"),
    "google/vit-base-patch16-224-in21k": ("08",),
    "microsoft/layoutlmv3-base": ("11",),
}
NEEDED_DATASETS = {
    "nyu-mll/glue": ("01", "04", "06", "07", "14", "15"),
    "tblard/allocine": ("04", "05", "06", "12"),
    "ethz/food101": ("08",),
}
