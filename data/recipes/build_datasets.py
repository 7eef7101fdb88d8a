"""Write the data sets of the embedded hub as Parquet, with their cards.

python data/recipes/build_datasets.py
"""

import shutil

from datasets import DatasetDict

import build_allocine
import build_food
import build_mrpc
import build_sst2
from common import CARDS, HUB

# Repository → config → the data set.
BUILDERS = {
    "nyu-mll/glue": {"sst2": build_sst2.build, "mrpc": build_mrpc.build},
    "tblard/allocine": {"allocine": build_allocine.build},
    "ethz/food101": {"data": build_food.build},
}


def write_splits(splits: DatasetDict, repository: str, config: str) -> None:
    """One Parquet file per split, named as the Hub names them."""
    folder = HUB / "datasets" / repository / config
    folder.mkdir(parents=True)
    for split, dataset in splits.items():
        dataset.to_parquet(str(folder / f"{split}-00000-of-00001.parquet"))


def main() -> None:
    """Rebuild every data set and copy its card; the rows are the same at every run."""
    for repository, configs in BUILDERS.items():
        shutil.rmtree(HUB / "datasets" / repository, ignore_errors=True)
        for config, build in configs.items():
            splits = build(seed=0)
            write_splits(splits, repository, config)
            print(repository, config, {split: len(dataset) for split, dataset in splits.items()})
        shutil.copy(CARDS / f"{repository.replace('/', '--')}.md", HUB / "datasets" / repository / "README.md")


if __name__ == "__main__":
    main()
