# Every target sets up .venv by itself: Python 3.11 or newer, git and make are all that must be there.
PYTHON ?= python3
BIN := .venv/bin
RUN := $(BIN)/.run-requirements
DEV := $(BIN)/.dev-requirements
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes
BENCHMARKS = $(shell grep -l __main__ benchmarks/*.py | xargs grep -L DATA_DIR)
ARGS ?=
TRUTH_DIR ?= tests/truth

.DEFAULT_GOAL := help
.PHONY: help demo run test quick coverage check format faults benchmark truth quality reference migration clean

help: ## Tell what can be made
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /	/' | expand -t 12

demo: $(RUN) ## Try everything offline: sandbox, bot and a seeded world on one page (ARGS="--port 8080 --fresh")
	$(BIN)/python -m bot demo $(ARGS)

run: $(RUN) ## Run the bot with the HEARWELL_… settings
	$(BIN)/python -m bot run $(ARGS)

test: $(DEV) ## Run every test
	$(BIN)/python -m pytest $(ARGS)

quick: $(DEV) ## Run the quick tests on SQLite, two at a time
	$(BIN)/python -m pytest -m "not slow and not postgres" -n 2 $(ARGS)

coverage: $(DEV) ## Run every test and tell which lines and branches none of them reached
	$(BIN)/coverage run -m pytest -q $(ARGS)
	$(BIN)/coverage report

check: $(DEV) ## Check format, lint, types, imports and documents
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/python -m pytest -q tests/test_docs.py

format: $(DEV) ## Bring the code into form and mend what lint can mend
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

faults: $(DEV) ## Kill the running bot at every named point and at random, and count what was lost or doubled
	$(BIN)/python -m tests.faults $(ARGS)

benchmark: $(DEV) ## Measure: every file of benchmarks/ that needs no data of its own
	@set -e; for file in $(BENCHMARKS); do echo "== $$file"; $(BIN)/python $$file; done

truth: $(DEV) ## Check every score against figures computed elsewhere (TRUTH_DIR=folder, DATA_DIR=folder of tables)
	$(BIN)/python -m pytest -q tests/scoring --truth-dir="$(TRUTH_DIR)" $(if $(DATA_DIR),--data-dir="$(DATA_DIR)") $(ARGS)

quality: $(DEV) ## Measure how well articles, kinds and sentiment are told on texts of a folder (DATA_DIR=folder)
	@test -n "$(DATA_DIR)" || { echo "Say which folder: make quality DATA_DIR=folder"; exit 2; }
	@$(BIN)/python benchmarks/quality.py "$(DATA_DIR)"

reference: $(DEV) ## Write docs/reference/commands.md anew from the table of contents
	$(BIN)/python -m tests.reference

migration: $(DEV) ## Write the revision that brings the newest schema to the models (NAME=what)
	@test -n "$(NAME)" || { echo "Say what changes: make migration NAME=what"; exit 2; }
	$(BIN)/python -m migrations.draft $(NAME)

clean: ## Remove .venv and what tools left behind
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .coverage

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed; $(PYTHON) is older or missing. Try: make PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -m venv .venv || \
		{ rm -rf .venv; echo "$(PYTHON) cannot make a virtual environment; on Debian: apt install python3-venv"; exit 1; }

$(RUN): requirements.lock | $(BIN)/python
	@echo "Installing what running needs into .venv; this happens once …"
	$(PIP) -r $<
	@touch $@

$(DEV): requirements-dev.lock | $(BIN)/python
	@echo "Installing what running and testing need into .venv; this happens once …"
	$(PIP) -r $<
	@touch $@ $(RUN)
