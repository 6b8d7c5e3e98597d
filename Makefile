# Plain verbs. Each target sets up what it needs; a bare machine needs Python 3.11 or newer and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
TREE := build_data

.DEFAULT_GOAL := help
.PHONY: help e2e test test-all lint types bench docs package llama clean

help:  ## Say what there is to make
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

e2e: $(READY)  ## Two companies from filings to orders, on the bundled sample
	$(BIN)/p3 e2e f2 --source sample --data-dir $(TREE)

test: $(READY)  ## The quick tests; what is skipped is named
	$(BIN)/python -m pytest -m "not slow" --numprocesses auto --dist loadfile

test-all: $(READY)  ## Every test, the slow ones too
	$(BIN)/python -m pytest

lint: $(READY)  ## Style, formatting, types on the built wheel, and whether the command reference is fresh
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/python -m p3.cli.reference README.md --check
	$(MAKE) --no-print-directory types

types: $(READY)
	rm -rf build dist/types && $(BIN)/python -m pip wheel --quiet --no-deps --no-build-isolation --wheel-dir dist/types .
	rm -rf build/typed && $(BIN)/python -m pip install --quiet --no-deps --target build/typed dist/types/*.whl
	cd build/typed && ../../$(BIN)/python -m mypy --config-file ../../pyproject.toml -p p3

bench: $(READY)  ## Ratios against named baselines, measured in one run
	cd tests && ../$(BIN)/python -m benchmarks

docs: $(READY)  ## Write the command reference into the README
	$(BIN)/python -m p3.cli.reference README.md

package: $(READY)  ## Build the sdist and the wheel, and run the wheel outside the checkout
	sh .ci/package $(BIN)/python

llama: $(READY)  ## Add llama-cpp-python, for language models in process; it compiles for minutes
	$(BIN)/python -m pip install --quiet -e '.[llama]'

clean:  ## Remove what was built; never the data
	rm -rf build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis

$(READY): pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "p3 needs Python 3.11 or newer")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing what p3 stands on (about 3 GB, a few minutes the first time)…"
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	@touch $@
