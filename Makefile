# Two commands for a fresh machine with Python, git and make:
#   make check   sets up the tool and checks the shipped manifests
#   make test    sets up everything the suite uses and runs it, but for the two longest parts:
#   make test-drill (manifests that are run) and make test-slow (a thousand mutations of the manifests)
# and make drill runs the manifests themselves, in sandboxes, without a cluster.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check

.PHONY: check test test-drill test-slow drill lint format schema readme clean

check: $(VENV)/runtime
	$(BIN)/opencode-policy check kubernetes/

test: $(VENV)/development
	tests/install-programs
	$(BIN)/pytest -n auto -m "not slow and not drill"

test-drill: $(VENV)/development
	tests/install-programs
	$(BIN)/pytest -n auto -m drill

test-slow: $(VENV)/development
	tests/install-programs
	$(BIN)/pytest -n auto -m slow

drill: $(VENV)/development
	tests/install-programs
	$(BIN)/opencode-policy drill kubernetes/

lint: $(VENV)/development
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

format: $(VENV)/development
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

schema: $(VENV)/development
	$(BIN)/opencode-policy schema --write policies/schema

readme: $(VENV)/development
	$(BIN)/python -m tests.readme

# The interpreter's own venv; a pip that knows dependency groups.
$(VENV)/runtime: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(PIP) install --upgrade "pip>=25.1"
	$(PIP) install --editable .
	touch $@

$(VENV)/development: $(VENV)/runtime
	$(PIP) install --group dev
	touch $@

clean:
	rm -rf $(VENV) build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis
