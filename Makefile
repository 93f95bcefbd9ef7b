# Every target sets up what it needs in a virtual environment inside the checkout, from a machine with only Python.

PYTHON ?= python3
BIN := .venv/bin

# A file is tested by one worker, and files are begun in the order of the folders: those of compiler/ take longest.
WORKERS := --numprocesses=auto --maxprocesses=4 --dist=loadfile --no-loadscope-reorder --durations=25

.PHONY: test test-oldest lint demo examples dashboard smoke regression compare accuracy wheel clean

test: .venv/test
	$(BIN)/python -m pytest $(WORKERS)

# With the oldest numba and NumPy that the package claims to work with. Other libraries, GPUs and tools have newer ones.
test-oldest: .venv-oldest/test
	.venv-oldest/bin/python -m pytest $(WORKERS) --ignore=tests/gpu --ignore=tests/libraries \
	  --ignore-glob='tests/tools/test_[!o]*' $(patsubst %,--ignore=tests/compiler/test_cache_%.py,without_sources folders safety)

lint: .venv/lint
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/actionlint -shellcheck= -pyflakes= .github/workflows/*.yml

demo: .venv/demo
	$(BIN)/python demo/digits.py

# An array larger than the memory of the workers, which takes 9 GiB of disk; `make examples SIZE=0.5`: another size in GiB.
examples: .venv/libraries
	$(BIN)/python examples/larger_than_memory.py $(if $(SIZE),--size $(SIZE))

# All benchmarks: a quarter of an hour. QUICK=1: part of them, in two minutes. SERVE=1: shown in a browser.
dashboard: .venv/bench
	$(BIN)/python asv_bench/dashboard.py $(if $(QUICK),--quick) $(if $(SERVE),--serve)

# Does every benchmark run?
smoke: .venv/bench
	$(BIN)/python asv_bench/dashboard.py --smoke

# Has a commit become slower than its parent, or than another one: `make regression BASE=v0.1.0`?
regression: .venv/bench
	$(BIN)/python asv_bench/regression.py $(if $(BASE),--base $(BASE))

# Against the other libraries that are installed. `make compare PEERS=1` installs them first, which takes gigabytes.
compare: $(if $(PEERS),.venv/peers,.venv/bench)
	$(BIN)/python asv_bench/compare

# Every float32 number, which takes half an hour; `make accuracy QUICK=1` samples. PEERS=1 as above.
accuracy: .venv/accuracy $(if $(PEERS),.venv/peers)
	$(BIN)/python tools/accuracy $(if $(QUICK),--quick)

# The wheel, and an import of it from an environment that has nothing else.
wheel: .venv/test
	rm -rf dist .venv-wheel
	$(BIN)/python -m pip wheel --quiet --no-deps --wheel-dir dist .
	$(PYTHON) -m venv .venv-wheel
	.venv-wheel/bin/python -m pip install --quiet dist/*.whl
	cd .venv-wheel && bin/python -c "import numba_act; print(numba_act.__file__, numba_act.relu([-1.0, 2.0]))"

.venv/bin/python:
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --upgrade "pip>=25.1"

.venv/test: pyproject.toml | .venv/bin/python
	$(BIN)/python -m pip install --quiet --editable . --group test --group ptx --group pages --group libraries
	touch $@

.venv/lint .venv/bench .venv/peers .venv/accuracy .venv/libraries: .venv/%: pyproject.toml | .venv/bin/python
	$(BIN)/python -m pip install --quiet --editable . --group $*
	touch $@

.venv-oldest/test: pyproject.toml
	$(PYTHON) -m venv .venv-oldest
	.venv-oldest/bin/python -m pip install --quiet --upgrade "pip>=25.1"
	.venv-oldest/bin/python -m pip install --quiet --editable . --group test --group oldest
	touch $@

.venv/demo: pyproject.toml | .venv/bin/python
	$(BIN)/python -m pip install --quiet --editable ".[demo]"
	touch $@

clean:
	rm -rf .venv .venv-oldest .venv-wheel dist asv_bench/.asv
