# Typeface. `make run` starts everything, `make test` tests everything; both make the environment first.
SHELL := /bin/bash
VENV := .venv
BIN := $(VENV)/bin
PYTHON ?= python3
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet install --constraint constraints.txt
CHROMIUM := $(shell command -v chromium || command -v chromium-browser || command -v google-chrome || command -v google-chrome-stable)
RUN_TESTS := $(BIN)/python -m pytest --numprocesses 2 --dist loadfile --quiet
export OMP_WAIT_POLICY := PASSIVE

.DEFAULT_GOAL := help
.PHONY: help run install images test check bench gpu format lock browser clean soak starter-pack

help: ## say what there is
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 14

run: $(VENV)/.installed ## start the server, the web chat, and the bots whose tokens are in .env
	@exec $(BIN)/typeface up

install: $(VENV)/.installed ## make the environment in .venv

images: ## build the container images with docker, podman or buildah (TYPEFACE_DEVICE=cuda for GPUs)
	@sh docker/images.sh

test: $(VENV)/.tested browser ## run every test
	@$(RUN_TESTS) tests

check: $(VENV)/.tested ## lint, types, the arrows between the rooms, and the CUDA kernels where nvcc is
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	@$(BIN)/python -m inference.networks.ops.cuda.build --all build/kernels

bench: $(VENV)/.tested ## measure what the README claims
	@$(BIN)/python -m tests.bench --clone
	@$(BIN)/typeface-inference bench

gpu: $(VENV)/.tested ## check and measure what only a GPU can say, into build/gpu
	@PYTHON=$(BIN)/python sh tests/gpu.sh build/gpu

format: $(VENV)/.tested ## put the code into its form
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lock: $(VENV)/.tested ## write constraints.txt from this environment
	@{ head -n 1 constraints.txt; $(BIN)/python -m pip freeze --exclude-editable | sed -E 's/\+cpu$$//' | sort -f; } > constraints.new
	@mv constraints.new constraints.txt

browser: $(VENV)/.tested
ifeq ($(CHROMIUM),)
	@echo 'No Chromium or Chrome is installed: installing one for the tests of the web page.'
	@(command -v apt-get >/dev/null && [ "$$(id -u)" = 0 ] && apt-get -qq update && apt-get -qq install -y chromium fonts-noto-cjk >/dev/null) \
	  || $(BIN)/playwright install chromium
endif

soak: $(VENV)/.tested ## play 100,000 generated conversations (an hour or more)
	@TYPEFACE_CONVERSATIONS=100000 $(BIN)/python -m pytest --quiet -s -k any_conversation tests/bot/core/test_conversations.py

FACES ?= faces
RUNS ?= runs
KIMG ?= 260
MORE ?= 420
TRAIN := $(BIN)/typeface-training
SET := --data $(FACES)/aligned128.zip --manifest $(FACES)/manifest.csv

starter-pack: $(VENV)/.installed ## make the starter pack anew from the archives in FACES, in RUNS; a stopped one goes on
	@ls $(FACES)/aligned128.zip $(FACES)/aligned256.zip $(FACES)/aligned512.zip $(FACES)/manifest.csv >/dev/null
	$(TRAIN) train starter $(SET) --out $(RUNS)/64 --kimg $(KIMG)
	$(TRAIN) train starter $(SET) --out $(RUNS)/64 --kimg $(MORE) --gamma 4 --rate 0.0004 --d-rate 0.0012
	$(TRAIN) export --run $(RUNS)/64 --out $(RUNS)/pack $(SET)
	$(TRAIN) encoder --pack $(RUNS)/pack $(SET) --out $(RUNS)/encoder --kimg 100
	$(TRAIN) add-encoder --run $(RUNS)/encoder --pack $(RUNS)/pack
	$(TRAIN) upscaler --pack $(RUNS)/pack --data $(FACES)/aligned512.zip --data $(FACES)/aligned256.zip --manifest $(FACES)/manifest.csv \
	  --out $(RUNS)/upscaler --kimg 40
	$(TRAIN) add-upscaler --run $(RUNS)/upscaler --pack $(RUNS)/pack
	$(TRAIN) directions --pack $(RUNS)/pack $(SET) --numbered 2
	$(TRAIN) evaluate $(RUNS)/pack $(SET) --out $(RUNS)/report.html --count 1000 --card
	$(TRAIN) likeness --pack $(RUNS)/pack $(SET) --people 100 --card
	$(TRAIN) sheet --pack $(RUNS)/pack --out $(RUNS)/sheet.png

clean: ## remove the environment and what tools left; the data in .typeface stays
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Typeface needs Python 3.11 or newer; try: make PYTHON=python3.11")'
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: pyproject.toml constraints.txt | $(VENV)/bin/python
	@echo 'Installing packages into $(VENV) (a few minutes the first time).'
	@$(PIP) --editable '.[all]' && touch $@

$(VENV)/.tested: $(VENV)/.installed
	@$(PIP) --editable '.[dev]' && touch $@
