# make lab: JupyterLab on the lessons · make test: all the checks · make site: slides and site. All set up .venv first.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/ready
LESSONS ?= $(sort $(wildcard lessons/*.md))
# One thread per process and no GPU: what is printed is the same on every machine.
ALIKE := OMP_NUM_THREADS=1 CUDA_VISIBLE_DEVICES=
AS_ROOT := $(if $(filter 0,$(shell id -u)),--allow-root)

.PHONY: lab test slides site handout bench soak run sync measure readme data lock lint clean

lab: $(READY)
	$(BIN)/jupyter lab $(AS_ROOT) --ServerApp.root_dir=. --LabApp.default_url=/lab/tree/notebooks/00_demarrer.ipynb

test: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(ALIKE) $(BIN)/python -m pytest tests notebooks -n 2 --dist loadscope

# Slides of every lesson, and the site that holds them: build/slides/index.html and build/site/index.html, no network.
slides: $(READY)
	$(BIN)/python tests/tools/slides.py

site: slides
	$(BIN)/python tests/tools/website.py

# Copies of the notebooks without solutions and outputs, and an archive of them, into build/handout.
handout: $(READY)
	$(BIN)/python tests/tools/handout.py

# Ratios of time between the recipes that people copy and those of the lessons, with the quality of both.
bench: $(READY)
	failed=0; for case in $(filter-out benchmarks/common.py,$(wildcard benchmarks/*.py)); do \
		$(ALIKE) $(BIN)/python $$case || failed=1; done; exit $$failed

# The whole suite ten times over, in random order: make soak, or make soak SOAK="--rounds 2 -- tests/test_login.py"
soak: $(READY)
	$(BIN)/python tests/tools/soak.py $(SOAK)

# Execute the lessons and write their outputs into the notebooks: make run, or make run LESSONS=lessons/04_tokenisation.md
run: $(READY)
	$(ALIKE) $(BIN)/python tests/tools/lessons.py run $(LESSONS)

# Carry the text of the lessons into the notebooks without running them; outputs of unchanged cells stay.
sync: $(READY)
	$(BIN)/python tests/tools/lessons.py sync $(LESSONS)

# Seconds and memory of every lesson alone, then the tables of both READMEs: on a quiet machine.
measure: $(READY)
	$(ALIKE) $(BIN)/python tests/tools/readme.py measure

# The tables of both READMEs, from the lessons and the last measures.
readme: $(READY)
	$(BIN)/python tests/tools/readme.py write

# Remake data/hub: needs the texts named by ATELIER_CORPORA and some six hours of processor.
data: $(READY)
	OMP_NUM_THREADS=1 $(BIN)/python data/recipes/make_all.py

lint: $(READY)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# Write down the versions of a fresh resolution, after a change of the dependencies in pyproject.toml.
lock:
	rm -rf build/lock && $(PYTHON) -m venv build/lock
	build/lock/bin/python -m pip install --quiet torch==2.13.0 "soupsieve<3" ".[lab,test]"  # soupsieve 3 wants Python 3.11.5
	build/lock/bin/python -m pip list --format=freeze --exclude pip --exclude setuptools --exclude atelier-transformers > build/lock/list
	sed 's/+cpu$$//' build/lock/list > requirements.lock

clean:
	rm -rf .venv build .pytest_cache .ruff_cache

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make $(MAKECMDGOALS) PYTHON=python3.12")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $(READY)
