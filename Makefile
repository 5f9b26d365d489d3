# `make demo` and `make test` each work alone on a fresh Debian 12 or Ubuntu 24.04 with
# git, make and Python 3.11 or newer; what is there already is never installed again.
.DEFAULT_GOAL := help
.PHONY: help demo test test-slow bench lint setup servers test-data lock clean

# Tests on real portfolios skip, and say so, where this folder is absent.
ESG_DATA ?= $(abspath $(wildcard ../shared/data))
ifneq ($(ESG_DATA),)
export ESG_DATA
else
unexport ESG_DATA
endif

help:  ## show this list
	@sed -nE 's/^([a-z-]+):.*## (.*)/make \1\t\2/p' $(firstword $(MAKEFILE_LIST)) | expand -t 16

demo: setup  ## sample data to warehouse to reports, into build/demo
	.venv/bin/esg demo --out build/demo

test: lint test-data  ## lint and all tests but the slow ones
	.venv/bin/pytest -n 2

# pytest answers 5 where it collects nothing: no slow test is no failure.
test-slow: test-data servers  ## proofs that take minutes
	.venv/bin/pytest -m slow || [ $$? -eq 5 ]

# On a quiet machine: wall times are compared within one run. 10 million rows need 6 GB.
bench: setup  ## speed against its limits, in build/bench/results.json
	PYTHONPATH=tests .venv/bin/python -m bench

lint: setup  ## style, types and layers
	.venv/bin/ruff check
	.venv/bin/ruff format --check
	.venv/bin/mypy
	.venv/bin/lint-imports

setup:  ## install what is missing; quiet when nothing is
	@bash .setup/setup

# PostgreSQL and MariaDB for the slow tests; where they cannot be had, those skip.
servers: setup
	@bash .setup/setup servers

test-data: setup build/lendingclub/loans.parquet

build/lendingclub/loans.parquet:
	.venv/bin/python sample_data/lendingclub/fetch.py --out $(@D)

# Needs uv, and nobody else does: after a change of the dependencies in pyproject.toml.
lock:  ## write .setup/requirements.txt anew
	uv pip compile --quiet --no-config --universal --python-version 3.11 \
		--extra test --generate-hashes --no-emit-index-url --no-emit-find-links \
		--no-header --no-annotate -o .setup/requirements.txt pyproject.toml >/dev/null

clean:  ## remove what was built, keep .venv
	rm -rf build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
