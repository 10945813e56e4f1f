# Two commands: `make lab` opens JupyterLab on the tour, `make test` runs every test.
# Both first set up .venv and node_modules, and do again only what changed.

SHELL := /bin/bash
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules --no-print-directory

export PATH := $(CURDIR)/.venv/bin:$(PATH)
export JUPYTER_PREFER_ENV_PATH := 1
unexport PYTHONPATH PYTHONHOME VIRTUAL_ENV

done := .venv/.done
bundles := causal_magics/labextension/static/style.js
sources := $(shell find src schema -type f 2>/dev/null)
checks := lint python-tests ts-tests notebook-tests docs-tests browser-tests

.PHONY: help lab test release setup build wheel clean chromium $(checks)

help:
	@echo 'make lab     set up and open JupyterLab on notebooks/tour.ipynb'
	@echo 'make test    set up and run every check and test'
	@echo 'make release build both archives, try them with every extra and front-end, run every test'
	@echo 'make docs    set up and build the documentation into build/docs'
	@echo 'parts:       make setup build wheel clean $(checks)'

lab: setup
	@scripts/set-up lab

test: setup chromium
	@python scripts/check.py

docs: setup
	@python scripts/build_docs.py

browser-tests: chromium
$(checks): setup
	@python scripts/check.py $@

setup:
	@$(MAKE) --silent -j2 $(done)/project

build: $(bundles)

wheel: $(bundles) $(done)/packages
	@scripts/step 'Building the wheel' python -m build --wheel --no-isolation
	@ls dist/*.whl

release: setup chromium
	@rm -rf dist
	@scripts/step 'Building the source archive and the wheel' python -m build --no-isolation
	@python tests/release/try_extras.py --wheel dist/*.whl
	@python tests/release/try_front_ends.py --wheel dist/*.whl
	@python scripts/check.py
	@ls -l dist

clean:
	@rm -rf .venv node_modules .yarn lib build dist causal_magics/labextension causal_magics/static
	@rm -rf .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis

chromium:
	@scripts/set-up chromium

$(done)/venv:
	@scripts/set-up venv
	@touch $@

# jlpm comes first, so that the packages of both languages install side by side.
$(done)/jlpm: $(done)/venv
	@scripts/step 'Installing jlpm' pip install --quiet -c constraints.txt jupyter_builder
	@touch $@

$(done)/packages: constraints.txt $(done)/jlpm
	@scripts/step 'Installing Python packages (minutes when new)' \
	  pip install --quiet --no-deps -r constraints.txt
	@touch $@

node_modules/.done: package.json yarn.lock .yarnrc.yml $(done)/jlpm
	@scripts/set-up node_packages
	@touch $@

$(bundles): package.json esbuild.mjs tsconfig.json $(sources) node_modules/.done
	@scripts/step 'Bundling the widgets and the JupyterLab extension' jlpm build:prod
	@touch $@

$(done)/project: pyproject.toml install.json $(done)/packages $(bundles)
	@scripts/set-up project
	@touch $@
