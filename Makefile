# Two commands: `make demo` shows what beboersim does, `make test` passes every check.
# Each makes its own environment beside the code and installs the versions in constraints.txt.

.DEFAULT_GOAL := help
.PHONY: help demo test soundness system clean
SHELL := /bin/sh

# The demo. The result folder is always demo-output, and is made anew each time.
SCENARIOS ?= law drop-ethnicity-criterion flexible-off
PLACE ?= Aarhus
FROM ?= 2015
UNTIL ?= 2031
SCALE ?= 0.25
REPLICATIONS ?= 6
WORKERS ?= 2
LANGUAGE_OF_TABLE ?= en

# The checks.
TEST_WORKERS ?= 2

RECENT := import sys; sys.exit(sys.version_info < (3, 11))
COMPLETE := import ensurepip, venv
# The first Python that is recent and complete; the constraints were made for 3.11, so that one comes first.
PYTHON ?= $(shell for p in python3.11 python3 python3.12 python3.13 python3.14; do \
	"$$p" -c '$(RECENT)' 2>/dev/null && "$$p" -c '$(COMPLETE)' 2>/dev/null && echo "$$p" && break; done)
INSTALLED_FROM := pyproject.toml constraints.txt README.md LICENSE \
	$(shell find src scenarios experiments -type f -not -name '*.pyc' 2>/dev/null)

help:
	@echo "make demo   compare three policies for $(PLACE), print the table, write pictures to demo-output"
	@echo "make test   make an environment and pass every check"
	@echo "make soundness  run every municipality and write docs/soundness.md (takes a while)"
	@echo "make clean  remove the environments and demo-output"

demo: .venv-demo/.installed
	@rm -rf demo-output
	.venv-demo/bin/beboersim compare $(SCENARIOS) --place "$(PLACE)" --from $(FROM) --until $(UNTIL) \
		--scale $(SCALE) --replications $(REPLICATIONS) --workers $(WORKERS) --lang $(LANGUAGE_OF_TABLE) \
		--out demo-output

# Kernels are compiled once, before the test processes start, and types are checked meanwhile.
test: .venv-test/.installed
	.venv-test/bin/ruff check --no-cache .
	.venv-test/bin/beboersim warm-up & compiling=$$!; .venv-test/bin/mypy; typed=$$?; wait $$compiling && exit $$typed
	.venv-test/bin/python -m pytest -n $(TEST_WORKERS)

# What the town does by itself and against what is published; WORKERS processes.
soundness: .venv-test/.installed
	.venv-test/bin/python -m beboersim.calibration --workers $(WORKERS)

.venv-demo/.installed: .venv-demo/.made $(INSTALLED_FROM)
	@echo "Installing beboersim and the versions in constraints.txt ..."
	@.venv-demo/bin/python -m pip install --quiet --disable-pip-version-check -c constraints.txt .
	@touch $@

.venv-test/.installed: .venv-test/.made pyproject.toml constraints.txt
	@echo "Installing beboersim, its checks and the versions in constraints.txt ..."
	@.venv-test/bin/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[test]'
	@touch $@

.venv-demo/.made .venv-test/.made: | system
	@"$(PYTHON)" -m venv --clear $(@D)
	@touch $@

# What the machine must have. Root on Debian or Ubuntu gets it; others are told the one line to run.
system:
	@if [ -n "$(PYTHON)" ] && "$(PYTHON)" -c '$(RECENT)' && "$(PYTHON)" -c '$(COMPLETE)'; then exit 0; fi; \
	if ! { python3 -c '$(RECENT)'; } 2>/dev/null; then \
		echo "beboersim needs Python 3.11 or newer, and python3 is: $$(python3 --version 2>&1)." >&2; \
		echo "Install one, and name it: make PYTHON=/path/to/python3.11 ..." >&2; exit 1; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		apt-get update --quiet && DEBIAN_FRONTEND=noninteractive apt-get install --yes --quiet python3-venv; \
	else \
		echo "Python has no venv. Run this line, and then make again:" >&2; \
		echo "  sudo apt-get install --yes python3-venv" >&2; exit 1; \
	fi

clean:
	rm -rf .venv-demo .venv-test demo-output
