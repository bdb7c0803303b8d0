# Each target works alone in a fresh clone. PYTHON may name another interpreter (>= 3.11).
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
.DEFAULT_GOAL := help
.PHONY: help setup demo test check fuzz browser bench screenshots css messages docs lock clean

help:  ## What can be made here
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

# What running needs, and nothing else.
$(VENV)/run.stamp: requirements/run.txt pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(PIP) install --require-hashes -r requirements/run.txt
	$(PIP) install --no-deps --no-build-isolation -e . 2>/dev/null || $(PIP) install --no-deps -e .
	@touch $@

# What testing needs as well.
$(VENV)/dev.stamp: $(VENV)/run.stamp requirements/dev.txt
	$(PIP) install --require-hashes -r requirements/dev.txt
	@touch $@

setup: $(VENV)/dev.stamp  ## Build .venv with everything that running and testing need

demo: $(VENV)/run.stamp  ## The fictional organisation, screened and served
	$(BIN)/evenhand demo $(DEMO)

test: $(VENV)/dev.stamp  ## The tests of the day; all of them with EVENHAND_NIGHTLY=1
	$(BIN)/python -m pytest -n 3 --dist loadfile

check: $(VENV)/dev.stamp  ## ruff, mypy, import contracts, documents, budgets
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/python -m pytest tests/house

fuzz: $(VENV)/dev.stamp  ## Feed every reader of outside bytes with damage: FUZZ="leaf witness --seconds 600"
	$(PIP) install --require-hashes -r requirements/fuzz.txt
	$(BIN)/python -m tests.fuzz $(FUZZ)

browser:  ## Install Debian's chromium, PostgreSQL and strace for the tests that need them
	@.ci/install-debian chromium postgresql strace

bench: $(VENV)/dev.stamp  ## All of benchmarks/, small sizes
	@for script in benchmarks/[a-z]*.py; do echo "== $$script"; $(BIN)/python $$script --small || exit 1; done

screenshots: $(VENV)/dev.stamp  ## Pictures of every page, into screenshots/
	$(BIN)/python -m tests.journeys.screenshots

css:  ## Rebuild the style sheet from its sources (needs node)
	@.ci/build-css

messages: $(VENV)/run.stamp  ## Compile the translations (django.po to django.mo)
	$(BIN)/python -m evenhand.web.catalogues

docs: $(VENV)/dev.stamp  ## Rebuild the generated pages of docs/reference
	$(BIN)/python docs/generate.py

lock:  ## Rebuild the hash locks (needs uv)
	uv pip compile -q --universal --generate-hashes --no-emit-index-url --no-header --python-version 3.11 --extra desk pyproject.toml -o requirements/run.txt
	uv pip compile -q --universal --generate-hashes --no-emit-index-url --no-header --python-version 3.11 --extra desk --group dev -c requirements/run.txt pyproject.toml -o requirements/dev.txt
	uv pip compile -q --universal --generate-hashes --no-emit-index-url --no-header --python-version 3.11 --group fuzz -o requirements/fuzz.txt

clean:  ## Remove what the other targets made
	rm -rf $(VENV) screenshots .mypy_cache .ruff_cache .hypothesis node_modules
